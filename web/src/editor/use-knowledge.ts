import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { connections, operation, operations } from "@/api/rooms";
import { schema } from "@/api/texts";
import type { Knowledge } from "./candidates";

/** What completion asks for, from the cache where it is there. */
export function useKnowledge(): Knowledge {
  const cache = useQueryClient();
  return useMemo(
    () => ({
      schema: () => cache.ensureQueryData(schema),
      operations: () => cache.ensureQueryData(operations),
      operation: (id) => cache.ensureQueryData(operation(id)),
      connections: () => cache.ensureQueryData(connections),
    }),
    [cache],
  );
}
