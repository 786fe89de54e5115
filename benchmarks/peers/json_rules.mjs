// The two rules in json-rules-engine: every record is run through its rules by itself.
//     node json_rules.mjs FOLDER WHERE-NODE-MODULES-ARE
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [folder, modules] = process.argv.slice(2);
const { Engine } = createRequire(join(modules, "package.json"))("json-rules-engine");
const titan = (name) => JSON.parse(readFileSync(join(folder, "servicetitan", `${name}.json`), "utf8")).data;
const fold = (name) => name.split(/\s+/).filter(Boolean).join(" ").toLowerCase();
const chars = (text) => [...text].length;

const items = new Set(), people = new Set();
for (const line of readFileSync(join(folder, "quickbooks-lists.iif"), "latin1").split("\r\n")) {
  const [word, cell] = line.split("\t", 2);
  const name = (cell ?? "").replace(/^"|"$/g, "");
  if (word === "INVITEM") items.add(fold(name.slice(name.lastIndexOf(":") + 1)));
  if (word === "CUST") people.add(fold(name));
}

// Whether other records know it is looked up here: an engine sees one record at a time.
const engine = (...rules) => {
  const made = new Engine([], { allowUndefinedFacts: true });
  made.addOperator("longerThan", (text, most) => chars(text ?? "") > most);
  made.addOperator("blank", (text) => !(text ?? "").trim());
  for (const all of rules) made.addRule({ conditions: { all }, event: { type: "failed" } });
  return made;
};
const is = (fact, operator, value) => ({ fact, operator, value });
const failing = async (made, facts) => (await made.run(facts)).events.length > 0;

const open = (one) => one.syncStatus !== "Exported" && one.active !== false;
const skus = ["materials", "equipment", "services"].flatMap((sort) => titan(sort).map((sku) => ({ ...sku, sort })));
const codes = new Map(skus.map((sku) => [sku.id, sku.code]));
const sent = ["invoices", "payments", "credit-memos"].flatMap((sort) => titan(sort).map((one) => ({ ...one, sort })));
const used = new Set();
for (const bill of sent) if (bill.sort === "invoices" && open(bill)) for (const line of bill.items) used.add(codes.get(line.skuId) ?? line.skuName);

const cogs = new Set(), lengths = new Set();
const ofSku = engine([
  is("sort", "notEqual", "services"), is("costOfSaleAccount", "blank", true),
  { any: [is("active", "equal", true), is("used", "equal", true)] },
]);
for (const sku of skus) if (await failing(ofSku, { ...sku, used: used.has(sku.code) })) cogs.add(sku.code);

const ofLine = engine([
  is("open", "equal", true), is("batched", "equal", true), is("inQuickBooks", "equal", false),
  is("colon", "equal", false), is("code", "longerThan", 31),
]);
const ofName = engine([
  is("open", "equal", true), is("batched", "equal", true), is("inQuickBooks", "equal", false),
  is("colon", "equal", false), is("name", "longerThan", 41),
]);
const ofNumber = engine([
  is("sort", "equal", "invoices"), is("open", "equal", true), is("batched", "equal", true), is("referenceNumber", "longerThan", 11),
]);
for (const one of sent) {
  const about = { open: open(one), batched: one.batch != null };
  if (one.sort === "invoices") {
    for (const line of one.items) {
      const code = codes.get(line.skuId) ?? line.skuName;
      const facts = { ...line, ...about, code, colon: code.includes(":"), inQuickBooks: items.has(fold(code)) };
      if (await failing(ofLine, facts)) lengths.add(code);
    }
  }
  const { name, id } = one.customer;
  const known = people.has(fold(name)) || people.has(fold(`${name} ${id}`));
  if (await failing(ofName, { ...one, ...about, name, colon: name.includes(":"), inQuickBooks: known })) lengths.add(name);
  if (await failing(ofNumber, { ...one, ...about })) lengths.add(`${name} / ${one.referenceNumber}`);
}
console.log(JSON.stringify({ "items/cogs-account": [...cogs].sort(), "naming/lengths": [...lengths].sort() }));
