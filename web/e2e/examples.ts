/** Workflows that the tests and the screenshots add to those in the box. */
export const LOOKUP = `name: Look up a contact
trigger: manual
steps:
  - id: contact
    use: highlevel.contacts.get
    connection: acme
    with: { contactId: "{{ trigger.contact }}" }
  - id: summary
    set: { email: "{{ default steps.contact.email 'none' }}" }
`;

export const GREETING = `name: Greet in turn
trigger: manual
steps:
  - id: found
    use: highlevel.contacts.search
    connection: acme
    with: { query: "{{ default trigger.query 'liam' }}" }
  - id: each
    for_each: "{{ steps.found }}"
    as: contact
    parallel: 3
    steps:
      - id: tagged
        use: highlevel.contacts.tags.add
        connection: acme
        with: { contactId: "{{ contact.id }}", tags: [greeted] }
    on_error: continue
  - id: pause
    wait: { for: 2s }
  - id: report
    set: { text: "{{ steps.each.succeeded }} of {{ steps.each.count }} greeted" }
`;

/** Sends a request that is not answered: whether it was done is unknown. */
export const charge = (url: string) => `name: Charge a card
trigger: manual
steps:
  - id: charge
    use: http.request
    with: { method: POST, url: "${url}", body: { amount: "{{ trigger.amount }}" } }
  - id: receipt
    set: { text: charged }
`;

export const NOTED = `name: A note for each contact
trigger:
  use: highlevel.contacts.search
  connection: acme
  every: 30d
steps:
  - id: note
    use: highlevel.contacts.notes.create
    connection: acme
    with: { contactId: "{{ trigger.id }}", body: hello }
`;
