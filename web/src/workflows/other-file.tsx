import { FileWarning } from "lucide-react";
import type { Workflow } from "@/api/types";
import { Button } from "@/ui/button";
import { ConfirmButton } from "@/ui/confirm";
import { Notice } from "@/ui/notice";

interface OtherFileProps {
  workflow: Workflow;
  /** Whether the editor has the file's text already. */
  edited: boolean;
  /** Whether what the editor has can be saved. */
  right: boolean;
  busy: boolean;
  onEdit: (text: string) => void;
  onReplace: () => void;
}

/** Where the workflow's file says something else than the revision in use: shows it, or replaces it. */
export function OtherFile({ workflow, edited, right, busy, onEdit, onReplace }: OtherFileProps) {
  const { file_text: text, file, file_writable: writable, problem, revision } = workflow;
  if (typeof text !== "string") return null;
  return (
    <Notice
      tone="waiting"
      icon={<FileWarning size={16} className="text-waiting" aria-hidden />}
      title={<><code>{file}</code> says something else than revision {revision}</>}
      actions={
        !edited && (
          <>
            <Button size="small" onClick={() => onEdit(text)}>{writable ? "Edit the file's text" : "Show the file's text"}</Button>
            {writable && (
              <ConfirmButton
                needs="admin"
                size="small"
                look="danger"
                disabled={!right}
                busy={busy}
                ask="Replace the file's text?"
                explain="The file gets the text that the editor has. What the file says now is kept nowhere else."
                yes="Replace it"
                onYes={onReplace}
              >
                Replace the file
              </ConfirmButton>
            )}
          </>
        )
      }
    >
      {edited ? "The editor has the file's text; saving it mends the file." : problem ? "What the file says is wrong and is not in use." : "It is taken over in a moment, if nothing is wrong with it."}
      {!writable && " This node cannot write the file: change it where it comes from."}
    </Notice>
  );
}
