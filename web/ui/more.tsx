import {
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useState,
} from 'react'
import { words } from '../words/en.ts'
import { Button } from './parts.tsx'

const BOX = 'bg-bg border border-line rounded-md px-3 py-2 min-h-9 w-full'

const Labelled = ({
  label,
  help,
  children,
}: {
  label: string
  help?: string | null
  children: ReactNode
}) => (
  // biome-ignore lint/a11y/noLabelWithoutControl: the control is among the children
  <label className="grid gap-1">
    <span className="text-mute text-[12.5px]">{label}</span>
    {children}
    {help ? <span className="text-mute text-[12.5px]">{help}</span> : null}
  </label>
)

export const Select = ({
  label,
  help,
  options,
  ...rest
}: SelectHTMLAttributes<HTMLSelectElement> & {
  label: string
  help?: string | null
  options: readonly { value: string; label: string; why?: string | null }[]
}) => (
  <Labelled label={label} help={help}>
    <select {...rest} className={BOX}>
      {options.map((one) => (
        <option key={one.value} value={one.value} disabled={Boolean(one.why)}>
          {one.label}
          {one.why ? ` (${one.why})` : ''}
        </option>
      ))}
    </select>
  </Labelled>
)

export const Area = ({
  label,
  help,
  ...rest
}: TextareaHTMLAttributes<HTMLTextAreaElement> & { label: string; help?: string | null }) => (
  <Labelled label={label} help={help}>
    <textarea rows={4} {...rest} className={`${BOX} ${rest.className ?? ''}`} />
  </Labelled>
)

export const Check = ({
  label,
  isOn,
  onChange,
}: {
  label: ReactNode
  isOn: boolean
  onChange: (isOn: boolean) => void
}) => (
  <label className="flex gap-2 items-center min-h-9">
    <input type="checkbox" checked={isOn} onChange={(event) => onChange(event.target.checked)} />
    <span>{label}</span>
  </label>
)

/** Something to be copied into a terminal or another product. */
export function Copyable({ text, label }: { text: string; label?: string }) {
  const [isCopied, setCopied] = useState(false)
  return (
    <div className="bg-bg border border-line rounded-md">
      <div className="flex items-center justify-between gap-3 pl-3">
        <span className="text-mute text-[12.5px]">{label}</span>
        <Button
          tone="quiet"
          onClick={() => void navigator.clipboard?.writeText(text).then(() => setCopied(true))}
        >
          {isCopied ? words.copied : words.copy}
        </Button>
      </div>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways has to be reached by keyboard
        tabIndex={0}
        className="font-mono text-[12.5px] px-3 pb-3 overflow-x-auto whitespace-pre"
      >
        {text}
      </pre>
    </div>
  )
}

/** Shown while something is on its way, in about its shape. */
export const Skeleton = ({ rows = 4 }: { rows?: number }) => (
  <div role="status" aria-label={words.loading} className="grid gap-2">
    {Array.from({ length: rows }, (_, index) => (
      <div
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        key={index}
        className="h-9 rounded-md bg-raise animate-pulse"
        style={{ width: `${92 - ((index * 17) % 40)}%` }}
      />
    ))}
  </div>
)

export const PageHead = ({ title, children }: { title: string; children?: ReactNode }) => (
  <header className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-2">
    <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
    {children ? <div className="flex flex-wrap items-center gap-3">{children}</div> : null}
  </header>
)
