import type { Role } from "@/api/session";

const ROLES: [Role, string][] = [
  ["viewer", "Viewer: looks at everything"],
  ["operator", "Operator: also switches, starts, retries, cancels and decides"],
  ["admin", "Admin: also changes workflows and tokens"],
];

export function RoleChoice({ role: chosen, onChoose }: { role: Role; onChoose: (role: Role) => void }) {
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1">Role</legend>
      {ROLES.map(([role, says]) => (
        <label key={role} className="flex items-center gap-2">
          <input type="radio" name="role" checked={chosen === role} onChange={() => onChoose(role)} className="accent-accent" />
          {says}
        </label>
      ))}
    </fieldset>
  );
}
