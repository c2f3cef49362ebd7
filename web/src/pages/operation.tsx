import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { operation as operationQuery, type Operation } from "@/api/rooms";
import { FieldsTable } from "@/catalog/fields-table";
import { KindBadge } from "@/catalog/kind";
import { TryIt } from "@/catalog/try-it";
import { CopyButton } from "@/ui/copy";
import { JsonTree } from "@/ui/json-tree";
import { Page } from "@/ui/page";
import { PageLoaded } from "@/ui/page-query";
import { Fact, Facts, Panel } from "@/ui/panel";
import { words } from "@/ui/words";

const route = getRouteApi("/shell/catalog/$id");

export function OperationPage() {
  const { id } = route.useParams();
  const query = useQuery(operationQuery(id));
  return (
    <PageLoaded of={query} noun="operation" gone="This version of Highline does not have it, or the connector that has it is not in use." all={{ to: "/catalog", label: "The whole catalog" }}>
      {(operation) => <OperationView key={operation.id} operation={operation} />}
    </PageLoaded>
  );
}

const REPEATS: Record<string, string> = {
  safe: "safe to send again",
  unsafe: "not safe to send again: after a crash a person decides, or it is verified",
};

function OperationView({ operation }: { operation: Operation }) {
  return (
    <Page
      title={operation.title}
      heading={<>{operation.title} <KindBadge kind={operation.kind} effect={operation.effect} /></>}
      under={
        <>
          <p className="flex items-center gap-1"><code>{operation.id}</code><CopyButton label="Copy the operation's id" text={() => operation.id} /></p>
          <p>{operation.summary}</p>
        </>
      }
    >
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-4">
          <Panel title="About">
            <Facts>
              <Fact name="App">{operation.app}</Fact>
              <Fact name="Category">{operation.category}</Fact>
              {operation.path && <Fact name="Request"><code className="break-all">{operation.method} {operation.path}</code></Fact>}
              {operation.scopes.length > 0 && <Fact name="Scopes">{operation.scopes.map((scope) => <code key={scope} className="mr-2">{scope}</code>)}</Fact>}
              <Fact name="Repeat">{REPEATS[operation.repeat] ?? words(operation.repeat)}</Fact>
            </Facts>
            {operation.notes?.map((note) => <p key={note} className="mt-3 text-dim">{note}</p>)}
          </Panel>
          <Panel flush title="Input" className="overflow-hidden"><FieldsTable label="Input" fields={operation.input} /></Panel>
          <Panel flush title="Output" className="overflow-hidden"><FieldsTable label="Output" fields={operation.output} /></Panel>
          <Panel title="Sample"><JsonTree value={operation.sample} label="sample" /></Panel>
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <TryIt operation={operation} />
        </div>
      </div>
    </Page>
  );
}
