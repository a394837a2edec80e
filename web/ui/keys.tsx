/** `g a` as two keys. */
export const Keys = ({ of }: { of: string }) => (
  <span className="hidden md:inline-flex gap-1" aria-hidden="true">
    {of.split(' ').map((key) => (
      <kbd
        key={key}
        className="font-mono text-[11px] opacity-70 border border-current/30 rounded px-1 min-w-5 text-center"
      >
        {key.length === 1 ? key.toUpperCase() : key}
      </kbd>
    ))}
  </span>
)
