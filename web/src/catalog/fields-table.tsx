import type { Field } from "@/api/rooms";

interface Flat {
  path: string;
  depth: number;
  field: Field;
}

function flat(fields: Field[], under = "", depth = 0): Flat[] {
  return fields.flatMap((field) => {
    const path = under + field.name;
    return [{ path, depth, field }, ...flat(field.fields ?? [], `${path}.`, depth + 1)];
  });
}

const typeOf = (field: Field) => (field.type === "array" && field.items ? `list of ${field.items}` : field.type);

export function FieldsTable({ fields, label }: { fields: Field[]; label: string }) {
  if (fields.length === 0) return <p className="p-3.5 text-dim">None is described.</p>;
  return (
    <table className="w-full text-left" aria-label={label}>
      <tbody>
        {flat(fields).map(({ path, depth, field }) => (
          <tr key={path} className="border-b border-line align-top last:border-0">
            <th scope="row" className="py-1.5 pr-3 pl-3.5 font-normal" style={{ paddingLeft: 14 + depth * 16 }}>
              <code className="text-xs break-all">{field.name}</code>
              {field.required && !field.from_connection && <span className="ml-1.5 text-2xs text-failed">needed</span>}
              <span className="block text-xs text-faint sm:hidden">{typeOf(field)}</span>
            </th>
            <td className="hidden py-1.5 pr-3 whitespace-nowrap text-faint sm:table-cell">{typeOf(field)}</td>
            <td className="w-1/2 py-1.5 pr-3.5 text-dim">
              {field.description}
              {field.values && field.values.length > 0 && <span className="block text-xs text-faint">one of {field.values.map(String).join(", ")}</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
