import type { BurnDownShown, ObjectiveShown } from '../../src/contract/objectives.ts'

export const percent = (share: number | null, places = 1): string => {
  if (share === null) return 'no data'
  const text = (share * 100).toFixed(places)
  return `${text.includes('.') ? text.replace(/\.?0+$/, '') : text} %`
}

type BudgetState = NonNullable<ObjectiveShown['state']>

const TONES: Readonly<Record<BudgetState, string>> = {
  normal: 'bg-done',
  review: 'bg-warning',
  allHands: 'bg-error',
  exhausted: 'bg-critical',
}
export const STATE_WORDS: Readonly<Record<BudgetState, string>> = {
  normal: 'within budget',
  review: 'half gone',
  allHands: 'three quarters gone',
  exhausted: 'spent',
}
export const STATE_TONES: Readonly<Record<BudgetState, string>> = {
  normal: 'text-done',
  review: 'text-warning',
  allHands: 'text-error',
  exhausted: 'text-critical',
}

/** What is left of a budget; its two marks are where the policy changes. */
export function BudgetBar({ of }: { of: Pick<ObjectiveShown, 'left' | 'state'> }) {
  const left = of.left === null ? 0 : Math.max(0, Math.min(1, of.left))
  return (
    <div
      role="img"
      aria-label={of.left === null ? 'No data' : `${percent(of.left)} of the error budget is left`}
      className="relative h-2 rounded-full bg-raise overflow-hidden"
    >
      {of.left === null ? null : (
        <div
          className={`h-full rounded-full ${TONES[of.state ?? 'normal']}`}
          style={{ width: `${Math.max(left * 100, of.left <= 0 ? 0 : 1)}%` }}
        />
      )}
      {[25, 50].map((mark) => (
        <span
          key={mark}
          className="absolute inset-y-0 w-px bg-bg opacity-70"
          style={{ left: `${mark}%` }}
        />
      ))}
    </div>
  )
}

const [WIDTH, HEIGHT] = [1000, 240]

/** How the budget went down over the window, with the states of its policy behind it. */
export function BurnDown({ of, label }: { of: BurnDownShown; label: string }) {
  const known = of.points.filter((one) => one.left !== null)
  const [from, to] = [Date.parse(of.from), Date.parse(of.to)]
  if (known.length < 2 || to <= from)
    return <p className="text-mute">There is a plot once there are two hours of data.</p>
  const lowest = Math.min(0, ...known.map((one) => one.left ?? 0))
  const floor = lowest < 0 ? Math.max(-1, Math.floor(lowest * 4) / 4) : 0
  const x = (at: string): number => ((Date.parse(at) - from) / (to - from)) * WIDTH
  const y = (left: number): number =>
    ((1 - Math.max(floor, Math.min(1, left))) / (1 - floor)) * HEIGHT
  const line = known.map((one) => `${x(one.at).toFixed(1)},${y(one.left ?? 0).toFixed(1)}`)
  const [first, last] = [known[0], known.at(-1)]
  const levels = [1, 0.5, 0.25, 0, ...(floor < 0 ? [floor] : [])]
  return (
    <figure className="grid gap-1">
      <div className="grid grid-cols-[3.5rem_minmax(0,1fr)] gap-x-2">
        <div className="relative text-mute text-[12px] tabular" aria-hidden="true">
          {levels.map((level) => (
            <span
              key={level}
              className="absolute right-0 -translate-y-1/2"
              style={{ top: `${(y(level) / HEIGHT) * 100}%` }}
            >
              {percent(level, 0)}
            </span>
          ))}
        </div>
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          className="w-full h-56 overflow-visible"
          role="img"
          aria-label={label}
        >
          <rect y={y(0.5)} width={WIDTH} height={y(0.25) - y(0.5)} className="fill-warning/10" />
          <rect y={y(0.25)} width={WIDTH} height={y(0) - y(0.25)} className="fill-error/10" />
          {floor < 0 ? (
            <rect y={y(0)} width={WIDTH} height={HEIGHT - y(0)} className="fill-critical/15" />
          ) : null}
          {levels.map((level) => (
            <line
              key={level}
              x1={0}
              x2={WIDTH}
              y1={y(level)}
              y2={y(level)}
              className={level === 0 ? 'stroke-critical' : 'stroke-line'}
              vectorEffect="non-scaling-stroke"
            />
          ))}
          <polygon
            points={`${x(first?.at ?? '').toFixed(1)},${y(0)} ${line.join(' ')} ${x(last?.at ?? '').toFixed(1)},${y(0)}`}
            className="fill-open/15"
          />
          <polyline
            points={line.join(' ')}
            fill="none"
            className="stroke-open"
            strokeWidth={2}
            strokeLinejoin="round"
            vectorEffect="non-scaling-stroke"
          />
        </svg>
      </div>
      <figcaption className="grid grid-cols-[3.5rem_minmax(0,1fr)] gap-x-2 text-mute text-[12px]">
        <span />
        <span className="flex justify-between">
          <span>{day(of.from)}</span>
          <span>{day(of.to)}</span>
        </span>
      </figcaption>
    </figure>
  )
}

const day = (at: string): string =>
  new Date(at).toLocaleDateString([], { day: 'numeric', month: 'short' })
