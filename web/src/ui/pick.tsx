import { useId, useMemo, useState } from "react";

export interface Choice {
  value: string;
  label: string;
}

interface PickProps {
  label: string;
  /** What stands for no choice. */
  all: string;
  value?: string;
  choices: Choice[];
  onPick: (value: string) => void;
}

/** A list of more is searched by typing: a browser takes long to show thousands. */
const LISTED = 200;
const OFFERED = 50;

/** One of a few, or of many. */
export function Pick(props: PickProps) {
  if (props.choices.length > LISTED) return <Search key={props.value} {...props} />;
  const { label, all, value = "", choices, onPick } = props;
  return (
    <select aria-label={label} className="field max-w-52" value={value} onChange={(event) => onPick(event.target.value)}>
      <option value="">{all}</option>
      {value && !choices.some((each) => each.value === value) && <option>{value}</option>}
      {choices.map((each) => <option key={each.value} value={each.value}>{each.label}</option>)}
    </select>
  );
}

/** The choices that have `text` in them, those that begin with it first. */
export function offered(choices: Choice[], text: string, most = OFFERED): Choice[] {
  const wanted = text.toLowerCase();
  const found: Choice[] = [];
  const later: Choice[] = [];
  for (const each of choices) {
    const said = `${each.label}\n${each.value}`.toLowerCase();
    if (said.startsWith(wanted) || each.value.toLowerCase().startsWith(wanted)) found.push(each);
    else if (later.length < most && said.includes(wanted)) later.push(each);
    if (found.length >= most) break;
  }
  return [...found, ...later].slice(0, most);
}

function Search({ label, all, value = "", choices, onPick }: PickProps) {
  const id = useId();
  const labelOf = (wanted: string) => choices.find((each) => each.value === wanted)?.label ?? wanted;
  const [text, setText] = useState(labelOf(value));
  const shown = useMemo(() => offered(choices, text), [choices, text]);
  const type = (typed: string) => {
    setText(typed);
    const chosen = shown.find((each) => each.label === typed || each.value === typed);
    if (typed === "" || chosen) onPick(chosen?.value ?? "");
  };
  return (
    <>
      <input type="search" aria-label={label} placeholder={all} list={id} value={text} onChange={(event) => type(event.target.value)} className="field w-52" />
      <datalist id={id}>{shown.map((each) => <option key={each.value} value={each.label}>{each.value}</option>)}</datalist>
    </>
  );
}
