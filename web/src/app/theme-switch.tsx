import { Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";
import { cx } from "@/ui/classes";
import { applyTheme, savedTheme, type Theme } from "./theme";

const CHOICES: { theme: Theme; label: string; icon: typeof Sun }[] = [
  { theme: "system", label: "As the system", icon: Monitor },
  { theme: "light", label: "Light", icon: Sun },
  { theme: "dark", label: "Dark", icon: Moon },
];

export function ThemeSwitch() {
  const [theme, setTheme] = useState(savedTheme);
  return (
    <div role="radiogroup" aria-label="Theme" className="mx-2 flex w-fit rounded-md border border-line p-0.5">
      {CHOICES.map(({ theme: choice, label, icon: Icon }) => (
        <button
          key={choice}
          type="button"
          role="radio"
          aria-checked={theme === choice}
          aria-label={label}
          title={label}
          onClick={() => {
            applyTheme(choice);
            setTheme(choice);
          }}
          className={cx("grid h-6 w-7 place-items-center rounded", theme === choice ? "bg-hover text-ink" : "text-faint hover:text-ink")}
        >
          <Icon size={13} aria-hidden />
        </button>
      ))}
    </div>
  );
}
