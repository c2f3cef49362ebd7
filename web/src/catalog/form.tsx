import { useId } from "react";
import type { Field } from "@/api/rooms";
import { cx } from "@/ui/classes";
import { ChoiceInput } from "./choice-input";
import { control, type Typed } from "./form-model";

export interface FormProps {
  operation: string;
  connection?: string;
  fields: Field[];
  typed: Typed;
  problems: Record<string, string>;
  onType: (path: string, text: string) => void;
}

/** The form of any operation, drawn from its fields. */
export function FieldsForm({ fields, under = "", ...form }: FormProps & { under?: string }) {
  return (
    <div className="flex flex-col gap-3">
      {fields.map((field) =>
        control(field) === "group" ? (
          <details key={field.name} open={field.required} className="rounded-md border border-line px-3 py-2">
            <summary>
              <Label field={field} />
            </summary>
            <div className="mt-2"><FieldsForm {...form} fields={field.fields ?? []} under={`${under}${field.name}.`} /></div>
          </details>
        ) : (
          <FieldInput key={field.name} {...form} field={field} path={under + field.name} />
        ),
      )}
    </div>
  );
}

function Label({ field }: { field: Field }) {
  return (
    <span className="inline-flex flex-wrap items-baseline gap-x-2">
      <span className="font-medium">{field.label}</span>
      <code className="text-xs text-faint">{field.name}</code>
      {field.required && !field.from_connection && <span className="text-xs text-failed">needed</span>}
      {field.from_connection && <span className="text-xs text-faint">the connection gives it</span>}
    </span>
  );
}

interface FieldInputProps extends Omit<FormProps, "fields"> {
  field: Field;
  path: string;
}

const INPUT_TYPES: Record<string, string> = { email: "email", phone: "tel", url: "url", date: "date" };

function FieldInput({ field, path, typed, problems, onType, operation, connection }: FieldInputProps) {
  const id = useId();
  const problem = problems[path];
  const common = {
    id,
    value: typed[path] ?? "",
    "aria-invalid": Boolean(problem),
    "aria-describedby": `${id}-about`,
    onChange: (event: { target: { value: string } }) => onType(path, event.target.value),
  };
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id}><Label field={field} /></label>
      <Control field={field} common={common} path={path} operation={operation} connection={connection} />
      <p id={`${id}-about`} className={cx("text-xs", problem ? "text-failed" : "text-dim")}>{problem ?? field.description}</p>
    </div>
  );
}

export interface Common {
  id: string;
  value: string;
  "aria-invalid": boolean;
  "aria-describedby": string;
  onChange: (event: { target: { value: string } }) => void;
}

interface ControlProps {
  field: Field;
  path: string;
  common: Common;
  operation: string;
  connection?: string;
}

function Control({ field, path, common, operation, connection }: ControlProps) {
  const example = field.example === undefined ? undefined : String(typeof field.example === "object" ? JSON.stringify(field.example) : field.example);
  switch (control(field)) {
    case "choice":
      return <ChoiceInput field={field} path={path} common={common} operation={operation} connection={connection} />;
    case "switch":
      return (
        <select {...common} className="field w-fit">
          <option value="">left out</option>
          <option value="true">true</option>
          <option value="false">false</option>
        </select>
      );
    case "list":
      return <textarea {...common} rows={2} placeholder="one a line" className="field text-xs" />;
    case "json":
      return <textarea {...common} rows={3} spellCheck={false} placeholder={example ?? "JSON"} className="field font-mono text-xs" />;
    case "number":
      return <input {...common} inputMode="decimal" placeholder={example ?? (field.default === undefined ? undefined : String(field.default))} className="field max-w-48" />;
    default:
      return <input {...common} type={INPUT_TYPES[field.type] ?? "text"} placeholder={example} className="field" />;
  }
}
