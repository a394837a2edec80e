/**
 * One thing of the configuration at a time: read as a file has it, tried, saved, taken away. The
 * same readers, rules and lints as for a whole file; what somebody may not edit they may not save.
 */
import { randomBytes } from 'node:crypto'
import { z } from '@hono/zod-openapi'
import { mayEver } from '../../access/can.ts'
import { PlanView } from '../../contract/views.ts'
import type { Directory } from '../../directory/directory.ts'
import { forbidden, invalid, notFound } from '../../lib/problem.ts'
import { editEntry, type EntryForm } from '../../plan/edit.ts'
import { readStored, storedWhole } from '../../plan/draft.ts'
import { isSeen, mayChange } from '../../plan/scope.ts'
import { liveIds } from '../../plan/underway.ts'
import { isHidden, LIST_SECTIONS, type ListSection } from '../../plan/form.ts'
import type { Call, Reply, Route } from '../route.ts'
import { route } from '../route.ts'

const FORM_BYTES_MAX = 256 * 1024
const Section = z.enum(LIST_SECTIONS as [ListSection, ...ListSection[]])
const ofEntry = { params: z.object({ section: Section, slug: z.string().max(64) }) }
const Form = z
  .record(z.string().max(64), z.unknown())
  .refine((form) => JSON.stringify(form).length <= FORM_BYTES_MAX, 'The form is too large.')

const EntryView = z
  .object({
    form: z
      .record(z.string(), z.unknown())
      .describe('As a file has it; null where a secret is set, which stays when it is left out'),
    managedBy: z.string().nullable(),
    mayEdit: z.boolean(),
  })
  .openapi('Entry')

const EditedView = PlanView.extend({
  key: z.string().nullable().describe('The key of a new source; it is shown once'),
}).openapi('Edited')

type Asked = Call<{ section: ListSection; slug: string }, object, EntryForm>

const read = route({
  method: 'get',
  path: '/api/v1/config/{section}/{slug}',
  summary: 'One thing of the configuration, as a file has it',
  policy: { needs: 'read' },
  ...ofEntry,
  reply: EntryView,
  handle: (call) =>
    call.read(async (tx, directory) => {
      const { section, slug } = call.params
      const stored = await readStored(tx)
      const whole = storedWhole(stored, call.deps.plan)
      const form = (whole[section] as { id: string }[]).find((one) => one.id === slug)
      const row = stored.identities.find(
        (one) => one.section === section && one.slug === slug && one.isLive,
      )
      const live = liveIds(stored)
      const { who } = call.caller
      if (!form || !row || !isSeen(who, section, form, whole, live)) throw notFound(section)
      const isSelf = section === 'people' && row.id === who.personId
      const mayEdit = isSelf || mayChange(who, section, form, whole, live)
      // How to reach a person is their own business, and an admin's.
      if (section === 'people' && !mayEdit)
        throw forbidden('Only the person or an admin may see this.')
      const shown = withoutSecrets(mayEdit ? form : withoutUnseen(form, directory)) as object
      return { body: { form: shown, managedBy: row.managedBy, mayEdit } }
    }),
})

export function withoutSecrets(value: unknown): unknown {
  if (isHidden(value)) return null
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutSecrets(one)]))
}

/** Whoever may not edit it does not learn from it of services that they may not see. */
function withoutUnseen(form: { id: string; depends_on?: string[] }, directory: Directory) {
  if (!form.depends_on) return form
  const seen = new Set([...directory.services.values()].map((one) => one.slug))
  return { ...form, depends_on: form.depends_on.filter((slug) => seen.has(slug)) }
}

/** Whoever edits themselves sends the whole form; what is not theirs to change must be as it is stored. */
async function edit(call: Asked, isTrial: boolean, form: EntryForm): Promise<Reply> {
  const { section, slug } = call.params
  const { caller, deps } = call
  const self = await call.read(
    async (_tx, directory) =>
      section === 'people' &&
      caller.who.personId !== null &&
      directory.people.get(caller.who.personId)?.slug === slug,
  )
  if (!self && !mayEver(caller.who, 'configure'))
    throw forbidden('Your role or team does not allow this.')
  const made = section === 'sources' && form !== null ? await keyFor(call, form) : null
  const edited = await deps.db.withTx(
    'web',
    (tx) =>
      editEntry(
        tx,
        caller,
        { section, slug, form: made?.form ?? form, isOwn: self, isTrial },
        deps.plan,
      ),
    { timeoutMs: 60_000 },
  )
  if (!isTrial) {
    await deps.reloadChannels()
    deps.nudge()
  }
  const { draft: _, ...shown } = edited
  return { body: { ...shown, key: isTrial ? null : (made?.key ?? null) } }
}

/** A source that is new and says no key gets one. */
async function keyFor(
  call: Asked,
  form: Readonly<Record<string, unknown>>,
): Promise<{ form: EntryForm; key: string } | null> {
  if (typeof form.key === 'string' && form.key !== '') return null
  const isKnown = await call.read(async (_tx, directory) =>
    [...directory.sources.values()].some((one) => one.slug === call.params.slug),
  )
  if (isKnown) return null
  const key = randomBytes(16).toString('hex')
  return { form: { ...form, key }, key }
}

const preview = route({
  method: 'post',
  path: '/api/v1/config/{section}/{slug}/preview',
  summary: 'What saving one thing would change, and who would be paged differently',
  policy: { signedIn: true },
  ...ofEntry,
  body: Form,
  reply: EditedView,
  handle: (call) => edit(call, true, call.body),
})

const save = route({
  method: 'put',
  path: '/api/v1/config/{section}/{slug}',
  summary: 'Save one thing of the configuration',
  policy: { signedIn: true },
  ...ofEntry,
  body: Form,
  reply: EditedView,
  handle: (call) => edit(call, false, call.body),
})

const remove = route({
  method: 'delete',
  path: '/api/v1/config/{section}/{slug}',
  summary: 'Take one thing out of the configuration; it can be brought back for 30 days',
  policy: { needs: 'configure' },
  ...ofEntry,
  reply: EditedView,
  async handle(call) {
    const isThere = await call.read(async (tx) =>
      (await readStored(tx)).identities.some(
        (one) => one.section === call.params.section && one.slug === call.params.slug && one.isLive,
      ),
    )
    if (!isThere) throw invalid('slug', 'There is nothing of this name.', 'unknownReference')
    return edit(call as never, false, null)
  },
})

export const entryRoutes: readonly Route[] = [read, preview, save, remove]
