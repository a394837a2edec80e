import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { get, post, put } from '../api.ts'
import { Button, Card, Complaint, Field } from '../ui/parts.tsx'
import { when } from '../ui/time.ts'
import { words } from '../words/browser.ts'
import { stopIfOwn, ThisBrowser, useOwnContact } from './this-browser.tsx'

type ContactShown = {
  id: string
  slug: string
  kind: string
  label: string
  address: string
  loudness: string | null
  verifiedAt: string | null
  testedAt: string | null
  disabledReason: string | null
  isOwn: boolean
}
type ReachShown = {
  person: { slug: string }
  contacts: ContactShown[]
  plan: Record<'high' | 'low', { after: string; contact: string; kind: string }[]>
  hasOwnRules: boolean
  findings: { rule: string; sentence: string }[]
}
type Form = Record<string, unknown> & { contacts: ({ id: string; kind: string } & object)[] }

/** How I am reached: contacts, each tried and proven, and what happens when I am paged. */
export function Reach() {
  const found = useQuery({
    queryKey: ['live', 'reach'],
    queryFn: () => get<ReachShown>('/people/me/contacts'),
  })
  const reach = found.data
  return (
    <Card title="How I am reached">
      <Complaint of={found.error} />
      {reach ? (
        <div className="grid gap-4">
          {reach.contacts.length === 0 ? (
            <p className="text-error">Nothing reaches you yet: a page to you is passed over.</p>
          ) : (
            <ul className="divide-y divide-line">
              {reach.contacts.map((one) => (
                <ContactRow key={one.id} contact={one} person={reach.person.slug} />
              ))}
            </ul>
          )}
          <ThisBrowser contacts={reach.contacts} />
          <Plan reach={reach} />
          <AddContact person={reach.person.slug} />
        </div>
      ) : null}
    </Card>
  )
}

function ContactRow({ contact, person }: { contact: ContactShown; person: string }) {
  const client = useQueryClient()
  const ownId = useOwnContact()
  const [code, setCode] = useState('')
  const settled = () => client.invalidateQueries({ queryKey: ['live', 'reach'] })
  const test = useMutation({
    mutationFn: () => post<{ outcome: string; sentence: string }>(`/contacts/${contact.id}/test`),
    onSettled: settled,
  })
  const confirm = useMutation({
    mutationFn: () => post(`/contacts/${contact.id}/confirm`, { code }),
    onSuccess: () => setCode(''),
    onSettled: settled,
  })
  const remove = useMutation({
    mutationFn: async () => {
      await edit(person, without(contact.slug))
      await stopIfOwn(contact.id)
    },
    onSettled: settled,
  })
  return (
    <li className="py-2 grid gap-2">
      <div className="flex flex-wrap items-center gap-3">
        <span className="flex-1 min-w-52">
          <b>{contact.label}</b> <span className="wrap-anywhere">{contact.address}</span>
          {contact.id === ownId ? <span className="text-done"> {words.here}</span> : null}
          <span className="text-mute text-[12.5px] block">{stateOf(contact)}</span>
        </span>
        <Button
          onClick={() => test.mutate()}
          why={contact.loudness === null ? 'Nothing is set up to send there' : null}
        >
          Send a test
        </Button>
        {contact.isOwn ? (
          <Button tone="quiet" onClick={() => remove.mutate()}>
            Remove
          </Button>
        ) : null}
      </div>
      {test.data ? <p role="status">{test.data.sentence}</p> : null}
      {contact.verifiedAt === null && (test.data?.outcome === 'sent' || awaitsCode(contact)) ? (
        <form
          className="flex items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault()
            confirm.mutate()
          }}
        >
          <Field
            label="Code in the test"
            inputMode="numeric"
            autoComplete="one-time-code"
            value={code}
            onChange={(event) => setCode(event.target.value)}
          />
          <Button type="submit" tone="main" why={code ? null : 'Enter the six digits'}>
            It arrived
          </Button>
        </form>
      ) : null}
      <Complaint of={test.error ?? confirm.error ?? remove.error} />
    </li>
  )
}

const CODE_MS = 10 * 60_000

/** A test went out just now, from here or elsewhere: its code is still good. */
const awaitsCode = ({ testedAt }: ContactShown): boolean =>
  testedAt !== null && Date.now() - Date.parse(testedAt) < CODE_MS

function stateOf(contact: ContactShown): string {
  if (contact.disabledReason === 'unsubscribed')
    return 'not used: the browser gave it up. Use that browser again, or remove it'
  if (contact.disabledReason) return `switched off: ${contact.disabledReason}`
  if (contact.loudness === null) return 'nothing is set up to send there'
  if (contact.verifiedAt) return `proven ${when(contact.verifiedAt)}`
  return contact.testedAt
    ? `a test went out ${when(contact.testedAt)}; nobody has said that it arrived`
    : 'not proven: send a test and enter the code that is in it'
}

function Plan({ reach }: { reach: ReachShown }) {
  const chain = useMutation({ mutationFn: () => post('/me/try') })
  const said = (items: ReachShown['plan']['high']): string =>
    items
      .map(
        (one) =>
          `${one.after === '0s' || one.after === '0m' ? 'at once' : `after ${one.after}`} ${one.contact}`,
      )
      .join(', ') || 'nothing'
  return (
    <div className="grid gap-1">
      <p>
        When it is urgent: {said(reach.plan.high)}. When it can wait: {said(reach.plan.low)}.
      </p>
      <ul className="text-error">
        {reach.findings.map((one) => (
          <li key={one.sentence}>{one.sentence}</li>
        ))}
      </ul>
      <p className="flex flex-wrap items-center gap-3">
        <Button onClick={() => chain.mutate()}>Test my whole chain</Button>
        <span className="text-mute" role="status">
          {chain.isSuccess
            ? 'You are being paged now. Answer it as you would at night.'
            : 'Pages you as at night, marked as a drill, until you answer.'}
        </span>
      </p>
      <Complaint of={chain.error} />
    </div>
  )
}

type KindShown = {
  kind: string
  label: string
  isSetUp: boolean
  contact: { name: string; label: string; kind: string; required: boolean; help: string | null }[]
}

function AddContact({ person }: { person: string }) {
  const client = useQueryClient()
  const kinds = useQuery({
    queryKey: ['contact-kinds'],
    queryFn: () => get<{ kinds: KindShown[] }>('/contact-kinds'),
  })
  const [kind, setKind] = useState('')
  const [values, setValues] = useState<Record<string, string>>({})
  const chosen = kinds.data?.kinds.find((one) => one.kind === kind)
  const add = useMutation({
    mutationFn: () => edit(person, (form) => [...form.contacts, made(form, kind, values)]),
    onSuccess: () => {
      setKind('')
      setValues({})
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['live', 'reach'] }),
  })
  return (
    <form
      className="grid gap-3 sm:grid-cols-[12rem_1fr_auto] items-end border-t border-line pt-3"
      onSubmit={(event) => {
        event.preventDefault()
        add.mutate()
      }}
    >
      <label className="grid gap-1">
        <span className="text-mute text-[12.5px]">Another way to reach me</span>
        <select
          value={kind}
          onChange={(event) => setKind(event.target.value)}
          className="bg-bg border border-line rounded-md px-3 py-2 min-h-9"
        >
          <option value="">Choose…</option>
          {(kinds.data?.kinds ?? []).map((one) => (
            <option key={one.kind} value={one.kind} disabled={!one.isSetUp}>
              {one.label}
              {one.isSetUp ? '' : ' (not set up)'}
            </option>
          ))}
        </select>
      </label>
      <div className="grid gap-3">
        {(chosen?.contact ?? [])
          .filter((field) => field.kind !== 'boolean')
          .map((field) => (
            <Field
              key={field.name}
              label={field.label}
              help={field.help}
              required={field.required}
              type={field.kind === 'secret' ? 'password' : 'text'}
              value={values[field.name] ?? ''}
              onChange={(event) => setValues({ ...values, [field.name]: event.target.value })}
            />
          ))}
      </div>
      <Button type="submit" tone="main" why={chosen ? null : 'Choose a way'}>
        Add
      </Button>
      <div className="sm:col-span-3">
        <Complaint of={kinds.error ?? add.error} />
      </div>
    </form>
  )
}

function made(form: Form, kind: string, values: Record<string, string>): Form['contacts'][number] {
  const taken = new Set(form.contacts.map((one) => one.id))
  let id = kind
  for (let number = 2; taken.has(id); number += 1) id = `${kind}-${number}`
  return { id, kind, ...values }
}

const without =
  (slug: string) =>
  (form: Form): Form['contacts'] =>
    form.contacts.filter((one) => one.id !== slug)

/** Reads what is stored, changes the contacts in it, and saves the whole. */
async function edit(person: string, change: (form: Form) => Form['contacts']): Promise<unknown> {
  const { form } = await get<{ form: Form }>(`/config/people/${person}`)
  return put(`/config/people/${person}`, { ...form, contacts: change(form) })
}
