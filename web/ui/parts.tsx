import {
  type ButtonHTMLAttributes,
  type InputHTMLAttributes,
  type ReactNode,
  useEffect,
  useState,
} from 'react'

type Tone = 'plain' | 'main' | 'quiet'
const TONES: Readonly<Record<Tone, string>> = {
  plain: 'border border-line bg-raise text-text hover:border-mute',
  main: 'border border-text bg-text text-bg font-semibold hover:opacity-90',
  quiet: 'text-mute underline decoration-dotted underline-offset-4 hover:text-text',
}

export function Button({
  tone = 'plain',
  why,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { tone?: Tone; why?: string | null }) {
  return (
    <button
      type="button"
      {...rest}
      disabled={rest.disabled || Boolean(why)}
      title={why ?? rest.title}
      className={`rounded-md px-3 py-1.5 min-h-9 disabled:opacity-45 ${TONES[tone]} ${rest.className ?? ''}`}
    />
  )
}

export function Field({
  label,
  help,
  ...rest
}: InputHTMLAttributes<HTMLInputElement> & { label: string; help?: string | null }) {
  return (
    <label className="grid gap-1">
      <span className="text-mute text-[12.5px]">{label}</span>
      <input {...rest} className="bg-bg border border-line rounded-md px-3 py-2 min-h-9 w-full" />
      {help ? <span className="text-mute text-[12.5px]">{help}</span> : null}
    </label>
  )
}

export const Card = ({
  title,
  aside,
  children,
}: {
  title?: string
  aside?: ReactNode
  children: ReactNode
}) => (
  <section className="bg-panel border border-line rounded-lg">
    {title ? (
      <h2 className="text-mute text-[12.5px] font-semibold px-4 pt-3 pb-1 flex justify-between gap-3">
        <span>{title}</span>
        {aside}
      </h2>
    ) : null}
    <div className="px-4 py-3">{children}</div>
  </section>
)

export const Empty = ({ title, children }: { title: string; children: ReactNode }) => (
  <div className="max-w-prose py-10 grid gap-2">
    <p className="text-lg font-semibold">{title}</p>
    <div className="text-mute grid gap-2">{children}</div>
  </div>
)

const SEVERITIES: Readonly<Record<string, string>> = {
  critical: 'text-critical',
  error: 'text-error',
  warning: 'text-warning',
  info: 'text-info',
}
export const Severity = ({ of }: { of: string }) => (
  <span className={`font-semibold ${SEVERITIES[of] ?? 'text-mute'}`}>{of}</span>
)

const STATES: Readonly<Record<string, string>> = {
  firing: 'text-open',
  acknowledged: 'text-held',
  resolved: 'text-done',
}
const SHAPES: Readonly<Record<string, string>> = { firing: '●', acknowledged: '◐', resolved: '✓' }
export const State = ({ of }: { of: string }) => (
  <span className={`whitespace-nowrap ${STATES[of] ?? 'text-mute'}`}>
    <span aria-hidden="true">{SHAPES[of]}</span> {of}
  </span>
)

/** The time now, once a second: for counting down, never for deciding. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [])
  return now
}

export function Countdown({ to, big = false }: { to: string; big?: boolean }) {
  const left = Math.round((Date.parse(to) - useNow()) / 1_000)
  const text =
    left <= 0
      ? 'now'
      : left >= 3_600
        ? `${Math.floor(left / 3_600)} h ${Math.floor((left % 3_600) / 60)} min`
        : `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
  const tone = left < 60 ? 'text-error font-bold' : 'font-semibold'
  return <span className={`font-mono ${tone} ${big ? 'text-xl' : ''}`}>{text}</span>
}

export function Ago({ at }: { at: string }) {
  const seconds = Math.max(0, Math.round((useNow() - Date.parse(at)) / 1_000))
  const text =
    seconds < 90
      ? `${seconds} s`
      : seconds < 5_400
        ? `${Math.round(seconds / 60)} min`
        : seconds < 129_600
          ? `${Math.round(seconds / 3_600)} h`
          : `${Math.round(seconds / 86_400)} d`
  return (
    <time dateTime={at} title={new Date(at).toString()} className="whitespace-nowrap">
      {text}
    </time>
  )
}

export const clock = (at: string): string =>
  new Date(at).toLocaleTimeString([], {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })

/** What went wrong, said where it happened. */
export const Complaint = ({ of }: { of: unknown }) =>
  of ? (
    <p role="alert" className="text-critical">
      {of instanceof Error ? of.message : String(of)}
    </p>
  ) : null
