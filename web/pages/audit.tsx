import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { AuditEntryShown, AuditHeadsShown, AuditListShown } from '../../src/contract/audit.ts'
import { ApiError, get } from '../api.ts'
import { useOptions } from '../config/lists.ts'
import { Copyable, PageHead, Select, Skeleton } from '../ui/more.tsx'
import { Button, Card, Complaint, Empty, Field } from '../ui/parts.tsx'
import { when } from '../ui/time.ts'
import { SettingsTabs } from './config-tabs.tsx'

type Filter = { person?: string; object?: string; action?: string; from?: string; to?: string }

/** Who did what, when, before and after; and the chain that shows that nobody changed it since. */
export function AuditPage() {
  const filter: Filter = useSearch({ strict: false })
  const found = useInfiniteQuery({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam }) => {
      const asked = Object.entries({ ...filter, cursor: pageParam }).filter(([, one]) => one)
      return get<AuditListShown>(`/audit?${new URLSearchParams(asked as [string, string][])}`)
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.cursor ?? undefined,
    retry: false,
  })
  const pages = found.data?.pages ?? []
  const entries = pages.flatMap((page) => page.entries)
  const isRefused = found.error instanceof ApiError && found.error.status === 403
  return (
    <div className="grid gap-4 grid-cols-[minmax(0,1fr)]">
      <PageHead title="Audit">
        {isRefused ? null : (
          <a
            href="/api/v1/audit/export"
            download
            className="rounded-md px-3 py-1.5 min-h-9 border border-line bg-raise hover:border-mute"
          >
            Export
          </a>
        )}
      </PageHead>
      <SettingsTabs />
      {isRefused ? (
        <p className="text-mute">What was done by whom is for admins to read.</p>
      ) : (
        <>
          <Filters filter={filter} actions={pages[0]?.actions ?? []} />
          <Complaint of={found.error} />
          {found.isPending ? <Skeleton rows={8} /> : null}
          {found.isSuccess && entries.length === 0 ? (
            <Empty title="Nothing like that was done.">
              <p>Take a filter away, or look at another time.</p>
            </Empty>
          ) : null}
          {entries.length > 0 ? (
            <ol className="border-t border-line">
              {entries.map((one) => (
                <Entry key={one.id} entry={one} />
              ))}
            </ol>
          ) : null}
          {found.hasNextPage ? (
            <Button
              className="justify-self-start"
              disabled={found.isFetchingNextPage}
              onClick={() => void found.fetchNextPage()}
            >
              Older ones
            </Button>
          ) : null}
          <Heads />
        </>
      )}
    </div>
  )
}

function Filters({ filter, actions }: { filter: Filter; actions: readonly string[] }) {
  const navigate = useNavigate()
  const people = useOptions('people')
  const set = (name: keyof Filter, value: string): void =>
    void navigate({ to: '/audit', search: { ...filter, [name]: value || undefined } })
  const any = { value: '', label: 'any' }
  return (
    <div className="grid gap-3 grid-cols-2 lg:grid-cols-5">
      <Select
        label="By"
        options={[any, ...people]}
        value={filter.person ?? ''}
        onChange={(event) => set('person', event.target.value)}
      />
      <Select
        label="Done"
        options={[any, ...actions.map((one) => ({ value: one, label: one }))]}
        value={filter.action ?? ''}
        onChange={(event) => set('action', event.target.value)}
      />
      <Typed
        label="To (a name, an id or a kind)"
        value={filter.object ?? ''}
        onSet={(value) => set('object', value)}
      />
      <Field
        label="From"
        type="date"
        value={filter.from ?? ''}
        onChange={(event) => set('from', event.target.value)}
      />
      <Field
        label="Until"
        type="date"
        value={filter.to ?? ''}
        onChange={(event) => set('to', event.target.value)}
      />
    </div>
  )
}

/** Asked for when it was typed, not at each letter. */
function Typed({
  label,
  value,
  onSet,
}: {
  label: string
  value: string
  onSet: (value: string) => void
}) {
  const [text, setText] = useState(value)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        onSet(text.trim())
      }}
    >
      <Field
        label={label}
        value={text}
        placeholder="schedule"
        onChange={(event) => setText(event.target.value)}
        onBlur={() => onSet(text.trim())}
      />
    </form>
  )
}

function Entry({ entry }: { entry: AuditEntryShown }) {
  const lines = linesOf(entry.detail)
  return (
    <li className="border-b border-line py-2 grid gap-x-4 gap-y-0.5 sm:grid-cols-[9.5rem_minmax(0,1fr)_7rem]">
      <time dateTime={entry.at} className="text-mute whitespace-nowrap">
        {when(entry.at)}
      </time>
      <div className="min-w-0">
        {lines.length === 0 ? (
          <p className="wrap-anywhere">{entry.sentence}</p>
        ) : (
          <details>
            <summary className="cursor-pointer wrap-anywhere">{entry.sentence}</summary>
            <dl className="mt-2 grid gap-1 text-[13px]">
              {lines.map((one) => (
                <div key={one.name} className="wrap-anywhere">
                  <dt className="inline font-semibold">{wordOf(one.name)} </dt>
                  <dd className="inline">
                    {one.before === undefined ? null : (
                      <span className="text-mute">{shown(one.before)} → </span>
                    )}
                    {shown(one.after)}
                  </dd>
                </div>
              ))}
              <div className="text-mute wrap-anywhere">
                entry {entry.seq ?? 'not sealed yet'}
                {entry.hash ? `, ${entry.hash.slice(0, 16)}…` : ''}
                {entry.requestId ? `, request ${entry.requestId}` : ''}
              </div>
            </dl>
          </details>
        )}
      </div>
      <span className="text-mute sm:text-right">
        {entry.through ? `over ${WAYS[entry.through] ?? entry.through}` : ''}
      </span>
    </li>
  )
}

const WAYS: Readonly<Record<string, string>> = {
  web: 'the web',
  api: 'the API',
  cli: 'the command line',
  link: 'a link',
  sms: 'a text',
  call: 'a call',
}

/** `endsAt` is read as "ends", `teamId` as "team". */
const wordOf = (name: string): string =>
  /^[a-z]+(At|Ids?)$/.test(name) ? name.replace(/(At|Ids?)$/, '') : name

type Line = { name: string; before?: unknown; after: unknown }
type Change = {
  section: string
  id: string
  action: string
  fields: { path: string; from: unknown; to: unknown }[]
}

/** Before and after, field by field. */
function linesOf({ changes, before, after, ...rest }: Record<string, unknown>): Line[] {
  const told = (Array.isArray(changes) ? (changes as Change[]) : []).flatMap((one): Line[] =>
    one.fields.length === 0
      ? [{ name: `${one.section}/${one.id}`, after: one.action }]
      : one.fields.map((field) => ({
          name: `${one.section}/${one.id} ${field.path}`,
          before: field.from,
          after: field.to,
        })),
  )
  const [from, to] = [asRecord(before), asRecord(after)]
  const names = [...new Set([...Object.keys(from ?? {}), ...Object.keys(to ?? {})])]
  const sides: Line[] =
    from || to
      ? names.map((name) =>
          from ? { name, before: from[name], after: to?.[name] } : { name, after: to?.[name] },
        )
      : after === undefined
        ? []
        : [{ name: 'is now', before, after }]
  const more = Object.entries(rest)
    .filter(([name, value]) => name !== 'outcome' && name !== 'managedBy' && !isNothing(value))
    .map(([name, value]) => ({ name, after: value }))
  return [...told, ...sides, ...more].filter(
    (one: Line) => !isNothing(one.after) || !isNothing(one.before),
  )
}

const asRecord = (value: unknown): Record<string, unknown> | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null

const isNothing = (value: unknown): boolean =>
  value === null || value === undefined || (Array.isArray(value) && value.length === 0)

const shown = (value: unknown): string =>
  isNothing(value) ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value)

function Heads() {
  const found = useQuery({
    queryKey: ['audit', 'heads'],
    queryFn: () => get<AuditHeadsShown>('/audit/heads'),
    retry: false,
  })
  if (!found.data) return found.error ? <Complaint of={found.error} /> : null
  const { now, days, publicKey } = found.data
  return (
    <Card title="The head of the chain">
      <div className="grid gap-3 grid-cols-[minmax(0,1fr)]">
        <p className="text-mute">
          Each entry holds the hash of the one before it. Keep a head where nobody who runs this
          server can write: with it, <code>allclear audit verify FILE --head HEAD</code> finds out
          whether the record was made anew.
        </p>
        <Copyable label="now" text={now.text} />
        <Copyable label="key of the signatures" text={publicKey} />
        {days.length > 0 ? (
          <details>
            <summary className="cursor-pointer">At the end of each day</summary>
            <ul className="mt-2 grid gap-1">
              {days.map((one) => (
                <li key={one.day} className="wrap-anywhere text-[13px]">
                  {one.day} <span className="font-mono text-mute">{one.text}</span>
                </li>
              ))}
            </ul>
          </details>
        ) : null}
      </div>
    </Card>
  )
}
