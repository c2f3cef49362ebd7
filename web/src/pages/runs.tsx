import { getRouteApi } from "@tanstack/react-router";
import { ListTree } from "lucide-react";
import type { RunFilter } from "@/api/queries";
import { RUN_COLUMNS } from "@/runs/columns";
import { Filters } from "@/runs/filters";
import { RetryMany } from "@/runs/retry-many";
import { useRuns } from "@/runs/use-runs";
import { Button } from "@/ui/button";
import { Empty, ErrorNotice, Waiting } from "@/ui/notice";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { Table } from "@/ui/table";
import { many } from "@/ui/words";

const route = getRouteApi("/shell/runs");

export function RunsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { runs, head, failed, more, loadingMore, complete } = useRuns(search);
  const change = (changed: Partial<RunFilter>) => void navigate({ search: (old) => ({ ...old, ...changed }), replace: true });
  const filtered = Object.values(search).some(Boolean);
  return (
    <Page title="Runs" actions={<RetryMany filter={search} />}>
      <Filters filter={search} onChange={change} />
      {failed && <ErrorNotice error={failed.error} retry={() => void failed.refetch()} />}
      <Panel flush className="overflow-hidden">
        {runs.length === 0 && !failed && (head.isPending || loadingMore) && <Waiting rows={12} />}
        {runs.length === 0 && !failed && !loadingMore && !complete && (
          <Empty icon={<ListTree size={28} aria-hidden />} title="None of the newer runs is like this">
            <Button onClick={more}>Look further back</Button>
          </Empty>
        )}
        {head.data && runs.length === 0 && complete && (
          <Empty icon={<ListTree size={28} aria-hidden />} title={filtered ? "No run is like this" : "There is no run yet"}>
            {filtered ? "Take a word out of the filter." : "Switch a workflow on, or start one by hand; its runs appear here as they happen."}
          </Empty>
        )}
        {runs.length > 0 && <Table label="Runs" columns={RUN_COLUMNS} rows={runs} rowKey={(run) => run.id} long onEnd={more} />}
      </Panel>
      <p className="text-xs text-faint" role="status">
        {loadingMore ? (runs.length === 0 ? "Looking through the runs" : "Loading older runs") : complete ? many(runs.length, "run") : `${many(runs.length, "run")} so far; older ones come as you scroll`}
      </p>
    </Page>
  );
}
