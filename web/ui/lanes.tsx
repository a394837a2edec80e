/** A stretch of time as lanes: who has it, by rotation and in the end. */
import { useRef, useState } from 'react'

export type LaneShift = {
  from: string
  to: string
  people: { person: { id: string; slug: string; name: string } | null; why: string }[]
}
export type Picked = { from: number; to: number; shift: LaneShift }

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** The same person has the same colour everywhere on a page. Never colour alone: the name stands in it. */
export function hueOf(id: string): number {
  let hash = 2_166_136_261
  for (const letter of id) hash = Math.imul(hash ^ letter.charCodeAt(0), 16_777_619) >>> 0
  return (hash * 137.508) % 360
}

export const namesOf = (shift: Pick<LaneShift, 'people'>): string =>
  shift.people.map((one) => one.person?.name ?? '?').join(' and ') || 'nobody'

/** `Mon 23 Nov 10:00` on the wall of the zone. */
export const wall = (at: number | string, zone: string): string =>
  new Date(at).toLocaleString('en-GB', {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })

export function Lane({
  label,
  shifts,
  from,
  to,
  zone,
  onPick,
}: {
  label: string
  shifts: LaneShift[]
  from: number
  to: number
  zone: string
  /** A shift, or the part of it that was dragged over. */
  onPick?: (picked: Picked) => void
}) {
  const track = useRef<HTMLDivElement>(null)
  const [drag, setDrag] = useState<{ shift: LaneShift; begun: number; at: number } | null>(null)
  const left = (at: number): string => `${(100 * (at - from)) / (to - from)}%`
  const timeAt = (clientX: number): number => {
    const box = track.current?.getBoundingClientRect()
    if (!box) return from
    const share = Math.min(1, Math.max(0, (clientX - box.left) / box.width))
    return Math.round((from + share * (to - from)) / HOUR) * HOUR
  }
  const finish = (clientX: number): void => {
    if (!drag || !onPick) return
    const [begins, ends] = [Date.parse(drag.shift.from), Date.parse(drag.shift.to)]
    const at = timeAt(clientX)
    const picked =
      Math.abs(at - drag.begun) < 2 * HOUR
        ? { from: begins, to: ends }
        : {
            from: Math.max(begins, Math.min(drag.begun, at)),
            to: Math.min(ends, Math.max(drag.begun, at)),
          }
    setDrag(null)
    onPick({ ...picked, shift: drag.shift })
  }
  return (
    <div className="grid grid-cols-[6.5rem_minmax(0,1fr)] items-center gap-2">
      <span className="text-mute text-[12.5px] truncate" title={label}>
        {label}
      </span>
      <div
        ref={track}
        className="relative h-9 bg-bg border border-line rounded-md overflow-hidden"
        onPointerUp={(event) => finish(event.clientX)}
        onPointerMove={(event) => drag && setDrag({ ...drag, at: timeAt(event.clientX) })}
        onPointerLeave={() => setDrag(null)}
      >
        {shifts.map((shift) => {
          const [begins, ends] = [
            Math.max(from, Date.parse(shift.from)),
            Math.min(to, Date.parse(shift.to)),
          ]
          const isGap = shift.people.length === 0
          const first = shift.people[0]?.person
          const text = `${namesOf(shift)}, ${wall(begins, zone)} to ${wall(ends, zone)}`
          const style = {
            left: left(begins),
            width: `calc(${left(ends)} - ${left(begins)} - 1px)`,
            ...(isGap || !first
              ? {}
              : {
                  background: `oklch(0.62 0.1 ${hueOf(first.id)} / 0.28)`,
                  borderColor: `oklch(0.62 0.12 ${hueOf(first.id)} / 0.8)`,
                }),
          }
          const className = `absolute inset-y-0.5 flex items-center text-left text-[12px] px-1.5 rounded truncate border ${
            isGap ? 'border-critical border-dashed text-critical font-semibold' : ''
          }`
          const isMine = drag?.shift === shift
          return onPick ? (
            <button
              type="button"
              key={shift.from}
              title={`${text}. ${isGap ? 'Click to fill it.' : 'Click, or drag over a part, to ask for cover.'}`}
              aria-label={text}
              className={`${className} ${isMine ? 'outline-2 outline-open' : ''} touch-pan-y select-none`}
              style={style}
              onPointerDown={(event) => {
                const at = timeAt(event.clientX)
                setDrag({ shift, begun: at, at })
              }}
              onKeyDown={(event) => {
                if (event.key === 'Enter' || event.key === ' ') {
                  event.preventDefault()
                  onPick({ from: Date.parse(shift.from), to: Date.parse(shift.to), shift })
                }
              }}
            >
              {isGap ? 'nobody' : namesOf(shift)}
            </button>
          ) : (
            <span key={shift.from} title={text} className={className} style={style}>
              {isGap ? 'nobody' : namesOf(shift)}
            </span>
          )
        })}
        {drag ? (
          <span
            aria-hidden="true"
            className="absolute inset-y-0 bg-open/30 pointer-events-none"
            style={{
              left: left(Math.min(drag.begun, drag.at)),
              width: `calc(${left(Math.max(drag.begun, drag.at))} - ${left(Math.min(drag.begun, drag.at))})`,
            }}
          />
        ) : null}
      </div>
    </div>
  )
}

/** Mondays, as the ruler above the lanes. */
export function Ruler({ from, to, zone }: { from: number; to: number; zone: string }) {
  const days: number[] = []
  for (let at = from; at < to; at += DAY) days.push(at)
  const weekday = (at: number): string =>
    new Date(at).toLocaleDateString('en-GB', { timeZone: zone, weekday: 'short' })
  return (
    <div className="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-2" aria-hidden="true">
      <span />
      <div className="relative h-5 text-mute text-[12px]">
        {days
          .filter((at) => weekday(at) === 'Mon')
          .map((at) => (
            <span
              key={at}
              className="absolute border-l border-line pl-1 whitespace-nowrap"
              style={{ left: `${(100 * (at - from)) / (to - from)}%` }}
            >
              {new Date(at).toLocaleDateString('en-GB', {
                timeZone: zone,
                day: 'numeric',
                month: 'short',
              })}
            </span>
          ))}
      </div>
    </div>
  )
}
