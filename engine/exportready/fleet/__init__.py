"""Many accounts: found below a folder, checked in parallel, each saved as soon as it is finished."""
