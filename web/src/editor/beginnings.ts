/** A text that a new workflow can begin with. */
export interface Beginning {
  id: string;
  name: string;
  text: string;
}

const NOTE = `name: A note for every new contact
enabled: false

trigger:
  use: highlevel.contacts.search
  connection: acme
  every: 1m
  emit: new

steps:
  - id: note
    use: highlevel.contacts.notes.create
    with:
      contactId: "{{ trigger.id }}"
      body: "Welcome, {{ default trigger.firstName 'friend' }}!"
`;

const SCHEDULED = `name: Every morning
enabled: false

trigger:
  schedule: { cron: "0 7 * * MON-FRI", timezone: Europe/Berlin }

steps:
  - id: found
    use: highlevel.contacts.search
    connection: acme
    with: { query: Berlin }
  - id: each
    for_each: "{{ steps.found }}"
    as: contact
    steps:
      - id: tagged
        use: highlevel.contacts.tags.add
        connection: acme
        with: { contactId: "{{ contact.id }}", tags: [berlin] }
`;

const EMPTY = `name: New workflow
enabled: false

trigger: manual

steps:
  - id: first
    set: { text: hello }
`;

/** The workflows that are in the box: each is run by a test. */
const EXAMPLES = import.meta.glob<string>("../../../workflows/*.yaml", { query: "?raw", import: "default", eager: true });

const nameOf = (text: string, otherwise: string) => /^name:\s*(.+)$/m.exec(text)?.[1]?.trim() ?? otherwise;

export const BEGINNINGS: Beginning[] = [
  { id: "note", name: nameOf(NOTE, ""), text: NOTE },
  { id: "schedule", name: "On a schedule, for each of many", text: SCHEDULED },
  { id: "empty", name: "Nearly nothing", text: EMPTY },
  ...Object.entries(EXAMPLES).map(([path, text]) => {
    const id = path.replace(/^.*\/|\.yaml$/g, "");
    return { id, name: nameOf(text, id), text };
  }),
];
