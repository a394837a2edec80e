const LEVELS: Readonly<Record<number, string>> = {
  1: 'text-critical border-critical',
  2: 'text-error border-error',
  3: 'text-warning border-warning',
  4: 'text-info border-info',
}

/** How bad: always with its name. */
export const Chip = ({
  of,
}: {
  of: { level: number; name: string; provisional: boolean } | null
}) =>
  of === null ? (
    <span className="justify-self-start border border-dashed border-line rounded px-1.5 text-mute text-[12.5px] font-semibold">
      triage
    </span>
  ) : (
    <span
      title={of.provisional ? 'Provisional: an answer is still unknown' : undefined}
      className={`justify-self-start border rounded px-1.5 text-[12.5px] font-bold whitespace-nowrap ${LEVELS[of.level] ?? ''} ${of.provisional ? 'border-dashed' : ''}`}
    >
      {of.name}
      {of.provisional ? '?' : ''}
    </span>
  )

/** An exercise is told from the real thing at a glance. */
export const Drill = () => (
  <span className="border border-line rounded px-1.5 text-[12.5px] text-mute bg-[repeating-linear-gradient(135deg,transparent_0_4px,var(--line)_4px_5px)]">
    drill
  </span>
)
