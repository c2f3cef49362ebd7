// Writes src/api/schema.d.ts from docs/openapi.json. It is not kept in git, so that it is never older than the document.
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const DOCUMENT = new URL("../../docs/openapi.json", import.meta.url);
const TYPES = new URL("../src/api/schema.d.ts", import.meta.url);
const HEAD = "// Made by `npm run types` from docs/openapi.json; do not edit.\n\n";

const types = await openapiTS(JSON.parse(readFileSync(DOCUMENT, "utf8")), { defaultNonNullable: false, rootTypes: true, rootTypesNoSchemaPrefix: true });
writeFileSync(TYPES, HEAD + astToString(types));
