import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useBarred } from "@/api/may";
import { choices as choicesQuery, type Field } from "@/api/rooms";
import type { Common } from "./form";

interface ChoiceInputProps {
  field: Field;
  path: string;
  common: Common;
  operation: string;
  connection?: string;
}

/** Values that never change are a list to choose from; those of the app are read when the field is entered, and any other
 * may be typed. */
export function ChoiceInput({ field, path, common, operation, connection }: ChoiceInputProps) {
  const [wanted, setWanted] = useState(false);
  const fixed = field.values ?? [];
  const barred = useBarred("operator");
  const query = useQuery({ ...choicesQuery(operation, path, connection), enabled: wanted && !barred && fixed.length === 0 });
  if (fixed.length > 0) {
    return (
      <select {...common} className="field w-fit max-w-full">
        <option value="">left out</option>
        {fixed.map((value) => <option key={String(value)} value={String(value)}>{String(value)}</option>)}
      </select>
    );
  }
  const list = `${common.id}-list`;
  return (
    <>
      <input {...common} list={list} onFocus={() => setWanted(true)} placeholder="an id, or a name" className="field" />
      <datalist id={list}>
        {query.data?.map((choice) => <option key={String(choice.value)} value={String(choice.value)}>{choice.label}</option>)}
      </datalist>
      {query.error && <p className="text-xs text-waiting">its list could not be read: {query.error.message}</p>}
    </>
  );
}
