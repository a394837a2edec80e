import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ForecastShown } from '../../src/contract/views.ts'
import { post } from '../api.ts'
import { useMay } from '../config/may.ts'
import { EntryEditor } from '../config/editor.tsx'
import type { FieldSpec, Form } from '../config/field.tsx'
import { type Named, useNamed } from '../config/lists.ts'
import { useActions } from '../shell/actions.ts'
import { PageHead, Skeleton } from '../ui/more.tsx'
import { Button, Card, Complaint, Empty } from '../ui/parts.tsx'
import { ConfigTabs } from './config-tabs.tsx'

type LadderShown = Named & { steps: { wait: string; page: string[] }[]; repeat: number }
type WouldShown = { would: { sentence: string; forecast: ForecastShown }[] }

const FIELDS: readonly FieldSpec[] = [
  { name: 'name', label: 'Name', kind: 'text' },
  { name: 'team', label: 'Team', kind: { reference: 'teams' } },
  { name: 'steps', label: 'Steps', kind: 'steps' },
  { name: 'repeat', label: 'Extra rounds', kind: 'number', help: '0: once, then the fallback' },
  {
    name: 'acknowledgement_timeout',
    label: 'An acknowledgement lasts',
    kind: 'text',
    help: 'Such as 1h; empty: until it is resolved',
  },
]

/** Whom a page goes to, and whom after that. */
export function EscalationsPage() {
  const may = useMay()
  const found = useNamed<LadderShown>('escalations')
  const [open, setOpen] = useState<string | null>(null)
  useActions([
    {
      id: 'new-escalation',
      label: 'New escalation',
      keys: 'n',
      group: 'Escalations',
      run: () => setOpen(''),
    },
  ])
  const editor = (slug: string | null) => (
    <EntryEditor
      section="escalations"
      slug={slug}
      fields={FIELDS}
      initial={{ steps: [{ page: [], wait: '5m' }], repeat: 1 }}
      aside={(form, own) => <WouldClimb form={form} slug={own} />}
      onSaved={() => setOpen(null)}
      onRemoved={() => setOpen(null)}
    />
  )
  return (
    <div className="grid gap-4">
      <PageHead title="Escalations">
        <Button why={may.whyNothing} onClick={() => setOpen(open === '' ? null : '')}>
          {open === '' ? 'Not now' : 'New escalation'}
        </Button>
      </PageHead>
      <ConfigTabs />
      {open === '' ? <Card title="New escalation">{editor(null)}</Card> : null}
      <Complaint of={found.error} />
      {found.isPending ? <Skeleton /> : null}
      {found.isSuccess && found.data.length === 0 && open !== '' ? (
        <Empty title="No escalation yet.">
          <p>
            An escalation is a ladder: whoever is on call first, somebody else after five minutes,
            the lead after that. Nobody at a step means the next step at once.
          </p>
        </Empty>
      ) : null}
      {(found.data ?? []).map((ladder) => (
        <Card
          key={ladder.id}
          title={ladder.name}
          aside={
            <Button tone="quiet" onClick={() => setOpen(open === ladder.slug ? null : ladder.slug)}>
              {open === ladder.slug ? 'Close' : 'Edit'}
            </Button>
          }
        >
          {open === ladder.slug ? editor(ladder.slug) : <Ladder ladder={ladder} />}
        </Card>
      ))}
    </div>
  )
}

const Ladder = ({ ladder }: { ladder: LadderShown }) => (
  <ol className="flex flex-wrap gap-x-2 gap-y-1 items-center">
    {ladder.steps.map((step, at) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
      <li key={at} className="flex gap-2 items-center">
        <span className="bg-raise border border-line rounded-md px-2 py-1">
          {step.page.join(' + ') || 'nobody'}
        </span>
        <span className="text-mute font-mono text-[12.5px]">{step.wait} →</span>
      </li>
    ))}
    <li className="text-mute">
      {ladder.repeat > 0
        ? `again ${ladder.repeat} time${ladder.repeat > 1 ? 's' : ''}, then the fallback`
        : 'the fallback'}
    </li>
  </ol>
)

/** By the function that pages: who would be reached if it were climbed now, as it stands in the form. */
function WouldClimb({ form, slug }: { form: Form; slug: string }) {
  const name = slug === '' ? 'as-in-the-form' : slug
  const found = useQuery({
    queryKey: ['would', 'escalations', name, form],
    queryFn: () =>
      post<WouldShown>('/would-page', {
        escalation: name,
        draft: { section: 'escalations', slug: name, form },
      }),
    retry: false,
    placeholderData: (before) => before,
  })
  const [first] = found.data?.would ?? []
  return (
    <section
      aria-label="Who would be paged"
      className="border-l-2 border-open pl-4 grid gap-1"
      role="status"
    >
      <p>
        {found.error ? found.error.message : `If it were climbed now: ${first?.sentence ?? '…'}`}
      </p>
      {found.error ? null : (
        <ul className="text-mute text-[13px]">
          {(first?.forecast.pages ?? []).slice(0, 8).map((one) => (
            <li key={`${one.at}-${one.person.id}-${one.round}`}>
              round {one.round}, step {one.level}: {one.person.name}, {one.localTime} where they are
              ({one.why})
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
