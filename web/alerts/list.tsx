import { Link, useNavigate } from '@tanstack/react-router'
import { memo, useEffect, useRef, useState } from 'react'
import type { AlertShown } from '../../src/contract/views.ts'
import { useActions } from '../shell/actions.ts'
import { Ago, Countdown, Severity, State } from '../ui/parts.tsx'
import { useBulk } from './bulk.tsx'

/**
 * Thousands of rows: those that are not in sight are not laid out, and a row is drawn again only where
 * its alert has changed.
 */
export function AlertList({
  alerts,
  marked,
  onMark,
  onEnd,
}: {
  alerts: readonly AlertShown[]
  marked: ReadonlySet<string>
  onMark: (ids: readonly string[], isOn: boolean) => void
  /** The last row has come in sight. */
  onEnd: () => void
}) {
  const [at, setAt] = useState(0)
  const last = useRef(0)
  const rows = useRef<HTMLUListElement>(null)
  const navigate = useNavigate()
  const act = useBulk()
  const current = alerts[Math.min(at, alerts.length - 1)]
  const go = (step: number): void => {
    const next = Math.max(0, Math.min(at + step, alerts.length - 1))
    setAt(next)
    rows.current?.children[next]?.scrollIntoView({ block: 'nearest' })
    if (next >= alerts.length - 2) onEnd()
  }
  const mark = (index: number, isRange: boolean): void => {
    const [from, to] = [Math.min(last.current, index), Math.max(last.current, index)]
    const range = isRange ? alerts.slice(from, to + 1) : alerts.slice(index, index + 1)
    const isOn = !marked.has(alerts[index]?.id ?? '')
    onMark(
      range.map((one) => one.id),
      isOn,
    )
    last.current = index
  }
  const none = current ? null : 'There is none'
  useActions([
    {
      id: 'alerts-down',
      label: 'Next alert',
      group: 'Alerts',
      keys: 'j',
      why: none,
      run: () => go(1),
    },
    {
      id: 'alerts-up',
      label: 'Alert before',
      group: 'Alerts',
      keys: 'k',
      why: none,
      run: () => go(-1),
    },
    {
      id: 'alerts-mark',
      label: 'Mark it',
      group: 'Alerts',
      keys: 'x',
      why: none,
      run: () => mark(at, false),
    },
    {
      id: 'alerts-ack',
      label: marked.size > 0 ? 'Acknowledge what is marked' : 'Acknowledge it',
      group: 'Alerts',
      keys: 'a',
      why: marked.size > 0 || current?.status === 'firing' ? null : 'Nobody is being paged for it',
      run: () => {
        const ids = marked.size > 0 ? [...marked] : current ? [current.id] : []
        act.mutate({ verb: 'acknowledge', ids })
        onMark([...marked], false)
      },
    },
    {
      id: 'alerts-open',
      label: 'Open it',
      group: 'Alerts',
      keys: 'Enter',
      why: none,
      run: () => current && void navigate({ to: '/alerts/$name', params: { name: current.name } }),
    },
  ])
  const end = useRef<HTMLDivElement>(null)
  const [isAtEnd, setAtEnd] = useState(false)
  // Asked for as long as the end is near: what happens meanwhile may call a request off.
  useEffect(() => {
    if (isAtEnd) onEnd()
  })
  useEffect(() => {
    const watcher = new IntersectionObserver(
      (seen) => setAtEnd(seen.at(-1)?.isIntersecting === true),
      { rootMargin: '1200px' },
    )
    if (end.current) watcher.observe(end.current)
    return () => watcher.disconnect()
  }, [])
  const press = useRef(mark)
  press.current = mark
  return (
    <>
      <ul ref={rows} className="border-t border-line">
        {alerts.map((alert, index) => (
          <Row
            key={alert.id}
            alert={alert}
            index={index}
            isAt={alert === current}
            isMarked={marked.has(alert.id)}
            press={press}
          />
        ))}
      </ul>
      <div ref={end} />
    </>
  )
}

const Row = memo(
  ({
    alert,
    index,
    isAt,
    isMarked,
    press,
  }: {
    alert: AlertShown
    index: number
    isAt: boolean
    isMarked: boolean
    press: { current: (index: number, isRange: boolean) => void }
  }) => (
    <li
      aria-current={isAt || undefined}
      className={`[content-visibility:auto] [contain-intrinsic-size:auto_54px] border-b border-line grid gap-x-3 py-1.5 px-2 items-center grid-cols-[auto_minmax(0,1fr)] lg:grid-cols-[auto_7rem_4.5rem_minmax(0,1fr)_12rem_9rem] ${isAt ? 'bg-panel' : ''} ${isMarked ? 'bg-raise' : ''}`}
    >
      <input
        type="checkbox"
        aria-label={`Mark ${alert.name}`}
        checked={isMarked}
        onChange={() => undefined}
        onClick={(event) => press.current(index, event.shiftKey)}
        className="w-4 h-4 m-1.5"
      />
      <span className="hidden lg:block">
        <State of={alert.status} />
      </span>
      <span className="hidden lg:block">
        <Severity of={alert.severity} />
      </span>
      <span className="min-w-0">
        <Link
          to="/alerts/$name"
          params={{ name: alert.name }}
          className="font-medium hover:underline underline-offset-4 wrap-anywhere"
        >
          {alert.title}
        </Link>
        <span className="text-mute text-[12.5px] block">
          <span className="lg:hidden">
            <State of={alert.status} /> · <Severity of={alert.severity} /> ·{' '}
          </span>
          {alert.name} · {alert.service?.name ?? 'no service'} · <Ago at={alert.startedAt} />
          {alert.signalCount > 1 ? ` · ${alert.signalCount} signals` : ''}
          {alert.verdict === 'noise' ? ' · noise' : ''}
          {alert.drill ? ' · drill' : ''}
          <span className="lg:hidden"> · {whoHas(alert)}</span>
        </span>
      </span>
      <span className="hidden lg:block text-[13px] text-mute">{whoHas(alert)}</span>
      <span className="hidden lg:block text-[13px] text-mute">
        {alert.nextAt && alert.climb === 'climbing' ? (
          <>
            next level in <Countdown to={alert.nextAt} />
          </>
        ) : alert.climb === 'exhausted' ? (
          <span className="text-error">nobody answered</span>
        ) : null}
      </span>
    </li>
  ),
)

function whoHas(alert: AlertShown): string {
  if (alert.suppressedBy) return `kept quiet: ${alert.suppressedBy.kind}`
  if (alert.status === 'acknowledged')
    return alert.acknowledgedBy
      ? `${alert.acknowledgedBy.name} has it`
      : 'acknowledged by the source or the API'
  if (alert.paged.length === 0) return 'nobody paged'
  return `paged ${alert.paged.map((one) => one.name).join(', ')}`
}
