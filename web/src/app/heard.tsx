import { useEffect, useState } from "react";

/** Until the page that was gone to has its title. */
const TITLE_MS = 400;

/** Says to who listens where they have come to, and puts the focus there when what had it is gone. */
export function Heard({ place }: { place: string }) {
  const [said, setSaid] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => {
      setSaid(document.title);
      if (document.activeElement === document.body) document.getElementById("main")?.focus({ preventScroll: true });
    }, TITLE_MS);
    return () => clearTimeout(timer);
  }, [place]);
  return <p aria-live="polite" className="sr-only">{said}</p>;
}
