"""Many accounts: found below a folder, judged side by side, each kept as soon as it is finished."""
