/** One field of a form of the configuration, by what it holds. */
import { Area, Select } from '../ui/more.tsx'
import { Button, Field } from '../ui/parts.tsx'
import { Days } from './days.tsx'
import { type Option, useOptions, useTargets } from './lists.ts'

export type FieldSpec = {
  name: string
  label: string
  help?: string
  kind:
    | 'text'
    | 'number'
    | 'words'
    | 'code'
    | 'yesNo'
    | 'steps'
    | 'days'
    | { oneOf: readonly Option[] }
    | { reference: 'people' | 'teams' | 'services' | 'escalations' | 'calendars' }
    | { references: 'people' | 'services' }
}
export type Form = Record<string, unknown>

export function FormField({
  spec,
  form,
  change,
}: {
  spec: FieldSpec
  form: Form
  change: (name: string, value: unknown) => void
}) {
  const value = form[spec.name]
  const set = (next: unknown): void => change(spec.name, next)
  if (typeof spec.kind === 'object') {
    if ('oneOf' in spec.kind)
      return <Choice spec={spec} value={value} options={spec.kind.oneOf} onChange={set} />
    if ('reference' in spec.kind)
      return <Reference spec={spec} of={spec.kind.reference} value={value} onChange={set} />
    return <References spec={spec} of={spec.kind.references} value={value} onChange={set} />
  }
  switch (spec.kind) {
    case 'steps':
      return <Steps value={value} onChange={set} />
    case 'days':
      return <Days label={spec.label} value={value} onChange={set} />
    case 'code':
      return (
        <Area
          label={spec.label}
          help={spec.help}
          rows={3}
          className="font-mono text-[13px]"
          spellCheck={false}
          value={String(value ?? '')}
          onChange={(event) => set(event.target.value)}
        />
      )
    case 'words':
      return (
        <Field
          label={spec.label}
          help={spec.help ?? 'Separated by commas'}
          value={Array.isArray(value) ? value.join(', ') : ''}
          onChange={(event) => set(wordsIn(event.target.value))}
        />
      )
    case 'yesNo':
      return (
        <label className="flex gap-2 items-start min-h-9 py-2">
          <input
            type="checkbox"
            className="mt-1"
            checked={value === true}
            onChange={(event) => set(event.target.checked)}
          />
          <span>
            {spec.label}
            {spec.help ? <span className="block text-mute text-[12.5px]">{spec.help}</span> : null}
          </span>
        </label>
      )
    case 'number':
    case 'text':
      return (
        <Field
          label={spec.label}
          help={spec.help}
          type={spec.kind}
          value={value === null || value === undefined ? '' : String(value)}
          onChange={(event) => set(textOr(event.target.value, spec.kind === 'number'))}
        />
      )
  }
}

const wordsIn = (text: string): string[] | null => {
  const words = text.split(/[\s,]+/).filter((word) => word !== '')
  return words.length > 0 ? words : null
}
const textOr = (text: string, isNumber: boolean): string | number | null =>
  text === '' ? null : isNumber ? Number(text) : text

const Choice = ({
  spec,
  value,
  options,
  onChange,
}: {
  spec: FieldSpec
  value: unknown
  options: readonly Option[]
  onChange: (value: unknown) => void
}) => (
  <Select
    label={spec.label}
    help={spec.help}
    options={[{ value: '', label: '–' }, ...options]}
    value={String(value ?? '')}
    onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}
  />
)

function Reference({
  of,
  ...rest
}: {
  of: 'people' | 'teams' | 'services' | 'escalations' | 'calendars'
  spec: FieldSpec
  value: unknown
  onChange: (value: unknown) => void
}) {
  return <Choice {...rest} options={useOptions(of)} />
}

function References({
  spec,
  of,
  value,
  onChange,
}: {
  spec: FieldSpec
  of: 'people' | 'services'
  value: unknown
  onChange: (value: unknown) => void
}) {
  const options = useOptions(of)
  const chosen = new Set(Array.isArray(value) ? value.map(String) : [])
  return (
    <fieldset className="grid gap-1">
      <legend className="text-mute text-[12.5px]">{spec.label}</legend>
      <div className="flex flex-wrap gap-x-4">
        {options.map((one) => (
          <label key={one.value} className="flex gap-2 items-center min-h-8">
            <input
              type="checkbox"
              checked={chosen.has(one.value)}
              onChange={(event) =>
                onChange(
                  event.target.checked
                    ? [...chosen, one.value]
                    : [...chosen].filter((slug) => slug !== one.value),
                )
              }
            />
            {one.label}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

type Step = { page: string[]; wait: string }

function Steps({ value, onChange }: { value: unknown; onChange: (value: Step[]) => void }) {
  const targets = useTargets()
  const steps = (Array.isArray(value) ? value : []) as Step[]
  const replace = (at: number, step: Step): void =>
    onChange(steps.map((one, index) => (index === at ? step : one)))
  return (
    <fieldset className="grid gap-2">
      <legend className="text-mute text-[12.5px]">Steps, from the first that is paged</legend>
      <ol className="grid gap-2">
        {steps.map((step, at) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
            key={at}
            className="grid gap-2 sm:grid-cols-[2rem_1fr_7rem_auto] items-end border border-line rounded-md p-3"
          >
            <span className="font-mono text-mute self-center">{at + 1}</span>
            <StepTargets step={step} targets={targets} onChange={(next) => replace(at, next)} />
            <Field
              label="then wait"
              value={step.wait}
              onChange={(event) => replace(at, { ...step, wait: event.target.value })}
            />
            <Button tone="quiet" onClick={() => onChange(steps.toSpliced(at, 1))}>
              Remove
            </Button>
          </li>
        ))}
      </ol>
      <Button
        className="justify-self-start"
        onClick={() => onChange([...steps, { page: [], wait: '5m' }])}
      >
        Add a step
      </Button>
    </fieldset>
  )
}

const StepTargets = ({
  step,
  targets,
  onChange,
}: {
  step: Step
  targets: readonly Option[]
  onChange: (step: Step) => void
}) => (
  <div className="grid gap-1">
    <span className="flex flex-wrap gap-2">
      {step.page.map((one) => (
        <button
          key={one}
          type="button"
          className="bg-raise border border-line rounded-md px-2 min-h-8"
          aria-label={`Take out ${one}`}
          onClick={() => onChange({ ...step, page: step.page.filter((other) => other !== one) })}
        >
          {targets.find((other) => other.value === one)?.label ?? one} ×
        </button>
      ))}
    </span>
    <Select
      label={step.page.length === 0 ? 'Whom to page' : 'and at the same time'}
      value=""
      options={[
        { value: '', label: 'Choose…' },
        ...targets.filter((one) => !step.page.includes(one.value)),
      ]}
      onChange={(event) =>
        event.target.value && onChange({ ...step, page: [...step.page, event.target.value] })
      }
    />
  </div>
)
