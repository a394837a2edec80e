/** Editing one thing of the configuration: the form, what saving would do, and taking it away. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { ApiError, del, get, post, put } from '../api.ts'
import { useActions } from '../shell/actions.ts'
import { Skeleton } from '../ui/more.tsx'
import { Button, Complaint, Field } from '../ui/parts.tsx'
import { say } from '../ui/toast.tsx'
import { type FieldSpec, type Form, FormField } from './field.tsx'

export type Edited = {
  changes: {
    section: string
    id: string
    action: string
    fields: { path: string; from: unknown; to: unknown }[]
  }[]
  findings: { rule: string; sentence: string; wayOut: string }[]
  paging: { service: string; before: string | null; after: string | null }[]
  key: string | null
}
type EntryShown = { form: Form; managedBy: string | null; mayEdit: boolean }

type Props = {
  section: string
  /** Null: a new one. */
  slug: string | null
  fields: readonly FieldSpec[]
  initial?: Form
  /** Beneath the form, with the form as it is being edited. */
  aside?: (form: Form, slug: string) => ReactNode
  onSaved: (slug: string, edited: Edited) => void
  onRemoved?: () => void
}

export function EntryEditor(props: Props) {
  const { section, slug } = props
  const found = useQuery({
    queryKey: ['entry', section, slug],
    queryFn: () => get<EntryShown>(`/config/${section}/${slug}`),
    enabled: slug !== null,
  })
  if (slug === null)
    return (
      <Editing {...props} stored={{ form: props.initial ?? {}, managedBy: null, mayEdit: true }} />
    )
  if (!found.data) return found.error ? <Complaint of={found.error} /> : <Skeleton />
  return <Editing key={slug} {...props} stored={found.data} />
}

function Editing({
  section,
  slug,
  fields,
  aside,
  stored,
  onSaved,
  onRemoved,
}: Props & { stored: EntryShown }) {
  const client = useQueryClient()
  const [form, setForm] = useState<Form>(stored.form)
  const [name, setName] = useState('')
  const own = slug ?? name
  const { id: _, ...body } = form
  const settled = () => client.invalidateQueries()
  const preview = useMutation({
    mutationFn: () => post<Edited>(`/config/${section}/${own}/preview`, body),
  })
  const save = useMutation({
    mutationFn: () => put<Edited>(`/config/${section}/${own}`, body),
    onSuccess: async (edited) => {
      await settled()
      say('Saved.')
      onSaved(own, edited)
    },
  })
  const remove = useMutation({
    mutationFn: () => del(`/config/${section}/${own}`),
    onSuccess: async () => {
      await settled()
      say('Taken away.', () => void put(`/config/${section}/${own}`, body).then(settled))
      onRemoved?.()
    },
  })
  const why = stored.mayEdit
    ? own === ''
      ? 'Give it a short name first'
      : null
    : 'Only the lead of its team or an admin may change this'
  useActions([
    { id: `save-${section}`, label: 'Save', group: 'This page', why, run: () => save.mutate() },
  ])
  const change = (field: string, value: unknown): void => setForm({ ...form, [field]: value })
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      {stored.mayEdit ? null : (
        <p className="text-mute">
          To look at: only the lead of its team or an admin may change this.
        </p>
      )}
      {stored.managedBy ? (
        <p className="text-mute">
          Kept in a file: what is changed here is overwritten when the file is applied again.
        </p>
      ) : null}
      {slug === null ? (
        <Field
          label="Short name"
          help="Small letters, digits and dashes; it stays"
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      ) : null}
      <div className="grid gap-3 md:grid-cols-2">
        {fields.map((spec) => (
          <div key={spec.name} className={isWide(spec) ? 'md:col-span-2' : ''}>
            <FormField spec={spec} form={form} change={change} />
          </div>
        ))}
      </div>
      {aside?.(body, own)}
      <Complaint of={complaintOf(preview.error ?? save.error ?? remove.error)} />
      {preview.data ? <Consequences edited={preview.data} /> : null}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" tone="main" why={why} disabled={save.isPending}>
          Save
        </Button>
        <Button why={why} onClick={() => preview.mutate()}>
          What would that do?
        </Button>
        {slug !== null && onRemoved ? (
          <Button
            tone="quiet"
            why={stored.mayEdit ? null : 'Only the lead of its team or an admin may take it away'}
            onClick={() => remove.mutate()}
          >
            Take away
          </Button>
        ) : null}
      </div>
    </form>
  )
}

const isWide = ({ kind }: FieldSpec): boolean =>
  kind === 'steps' ||
  kind === 'days' ||
  kind === 'code' ||
  (typeof kind === 'object' && 'references' in kind)

/** With the field in front, where the server named one. */
const complaintOf = (error: unknown): unknown =>
  error instanceof ApiError && error.field
    ? new Error(`${error.field}: ${error.message.replace(/^allclear\.yaml:\d+:\d+: /gm, '')}`)
    : error

function Consequences({ edited }: { edited: Edited }) {
  const fields = edited.changes.flatMap((one) => one.fields)
  return (
    <section
      aria-label="What it would do"
      className="border border-line rounded-md px-4 py-3 grid gap-2"
      role="status"
    >
      {edited.changes.length === 0 ? <p className="text-mute">Nothing would change.</p> : null}
      <ul>
        {fields.map((one) => (
          <li key={one.path} className="wrap-anywhere">
            <b>{one.path}</b> <span className="text-mute">{shown(one.from)} →</span> {shown(one.to)}
          </li>
        ))}
      </ul>
      {edited.paging.map((one) => (
        <p key={one.service}>
          {one.service}: would page <b>{one.after ?? 'nobody'}</b>
          <span className="text-mute">, now {one.before ?? 'nobody'}</span>
        </p>
      ))}
      <ul className="text-warning">
        {edited.findings.slice(0, 8).map((one) => (
          <li key={one.rule + one.sentence}>
            {one.sentence}. <span className="text-mute">Way out: {one.wayOut}.</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

const shown = (value: unknown): string =>
  value === null || value === undefined
    ? 'nothing'
    : typeof value === 'string'
      ? value
      : JSON.stringify(value)
