//! An app that is the target, so that workflows can poll it.

use crate::bed::Bed;
use crate::target::Target;

/// One list, of which a record's `number` is the key.
const MANIFEST: &str = "app: bench
title: Bench
base_url: https://bench.example.com
auth: none
operations:
  - id: records.list
    kind: trigger
    title: List Records
    summary: Records.
    method: GET
    path: /records
    fields:
      - { name: owner, description: Whose records., example: all }
    response:
      list: true
      fields:
        - { name: number, type: integer }
        - { name: firstName }
        - { name: lastName }
        - { name: email }
        - { name: source }
        - { name: address, type: object, fields: [{ name: city }] }
    poll:
      emit: new
      key: [number]
    sample:
      input: { owner: all }
      reply: [{ number: 1 }]
";

pub fn write(bed: &Bed, target: &Target) -> anyhow::Result<()> {
    bed.write("connectors/bench.yaml", MANIFEST)?;
    let connections =
        format!("connections:\n  bench:\n    app: bench\n    base_url: http://{}\n", target.address);
    bed.write("connections.yaml", &connections)
}
