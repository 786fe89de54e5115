# The two rules; the snapshot is the input.
package exportready

import rego.v1

used contains line.code if {
	some line in input.lines
	line.open
}

cogs contains sku.code if {
	some sku in input.skus
	sku.sort != "services"
	sku.active
	sku.costOfSaleAccount == ""
}

cogs contains sku.code if {
	some sku in input.skus
	sku.sort != "services"
	not sku.active
	sku.costOfSaleAccount == ""
	used[sku.code]
}

lengths contains line.code if {
	some line in input.lines
	line.open
	line.batch
	count(line.code) > 31
	not contains(line.code, ":")
	not input.items[line.folded]
}

lengths contains one.name if {
	some one in input.sent
	one.waits
	count(one.name) > 41
	not contains(one.name, ":")
	not input.people[one.folded]
	not input.people[one.numbered]
}

lengths contains one.key if {
	some one in input.sent
	one.sort == "invoices"
	one.waits
	count(one.number) > 11
}
