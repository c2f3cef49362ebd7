import { useQuery } from "@tanstack/react-query";
import { Server } from "lucide-react";
import { nodes as nodesQuery, type SeenNode } from "@/api/queries";
import { Empty } from "@/ui/notice";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { Loaded } from "@/ui/query";
import { type Column, Table } from "@/ui/table";
import { Ago } from "@/ui/time";
import { Sign } from "@/app/sign";

const COLUMNS: Column<SeenNode>[] = [
  { id: "id", title: "Node", cell: (node) => <span className="font-medium">{node.id}</span> },
  { id: "sign", title: "Last sign of life", className: "w-32 sm:w-36", cell: (node) => <Sign of={node} /> },
  { id: "runs", title: "Runs", className: "hidden w-16 text-right sm:table-cell", cell: (node) => node.runs },
  { id: "polls", title: "Polls", className: "hidden w-16 text-right sm:table-cell", cell: (node) => node.polls },
  { id: "address", title: "Address", className: "hidden w-48 md:table-cell", cell: (node) => <code className="text-xs">{node.address}</code> },
  { id: "version", title: "Version", className: "hidden w-24 sm:table-cell", cell: (node) => node.version },
  { id: "started", title: "Started", className: "hidden w-28 text-right text-dim sm:table-cell", cell: (node) => <Ago at={node.started_at} /> },
];

export function NodesPage() {
  const query = useQuery(nodesQuery);
  return (
    <Page title="Nodes" under="Who works on this database. Nodes are equal: each takes what is due, and what a lost one held passes to the others.">
      <Panel flush className="overflow-hidden">
        <Loaded of={query}>
          {(nodes) =>
            nodes.length === 0 ? (
              <Empty icon={<Server size={28} aria-hidden />} title="No node works on this database">Start one with <code>highline serve</code>.</Empty>
            ) : (
              <Table label="Nodes" columns={COLUMNS} rows={nodes} rowKey={(node) => node.id} />
            )
          }
        </Loaded>
      </Panel>
    </Page>
  );
}
