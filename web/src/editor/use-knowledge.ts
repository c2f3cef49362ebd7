import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { connections, operation, operations } from "@/api/rooms";
import { lastEvent } from "@/api/queries";
import { schema } from "@/api/texts";
import type { Knowledge } from "./candidates";

/** What completion asks for, from the cache where it is there. `workflow`: the one whose text it is, if there is one. */
export function useKnowledge(workflow?: string): Knowledge {
  const cache = useQueryClient();
  return useMemo(
    () => ({
      schema: () => cache.ensureQueryData(schema),
      operations: () => cache.ensureQueryData(operations),
      operation: (id) => cache.ensureQueryData(operation(id)),
      connections: () => cache.ensureQueryData(connections),
      lastEvent: () => (workflow ? cache.ensureQueryData(lastEvent(workflow)) : Promise.resolve(null)),
    }),
    [cache, workflow],
  );
}
