export function Logo() {
  return (
    <span className="flex items-center gap-2 text-[0.9375rem] font-semibold tracking-tight">
      <svg viewBox="0 0 32 32" className="size-6" aria-hidden>
        <rect width="32" height="32" rx="8" className="fill-accent" />
        <path d="M7 21h6.5l5-10H25" fill="none" className="stroke-accent-ink" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round" />
        <circle cx="7" cy="21" r="2.6" className="fill-accent-ink" />
        <circle cx="25" cy="11" r="2.6" className="fill-accent-ink" />
      </svg>
      Highline
    </span>
  );
}
