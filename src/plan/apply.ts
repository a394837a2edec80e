import { retireSources, saveRoutes, saveSources } from '../alerts/source-store.ts'
import { recordAudit } from '../audit/store.ts'
import type { Principal } from '../access/can.ts'
import type { Tx } from '../db/tx.ts'
import { seenBy, withoutHidden } from '../directory/seen.ts'
import { ORGANISATION_ID } from '../directory/store.ts'
import { saveLadders } from '../escalation/store.ts'
import { groupBy } from '../lib/group-by.ts'
import type { Id } from '../lib/id.ts'
import { saveCalendars } from '../oncall/holiday-store.ts'
import { saveSchedules } from '../oncall/store.ts'
import { savePeople, saveTeams } from '../people/store.ts'
import { saveServices } from '../services/store.ts'
import type { SignInSettings } from '../sign-in/settings.ts'
import { saveSignIn } from '../sign-in/store.ts'
import { saveMetricsSources, saveObjectives } from '../slo/store.ts'
import type { Actor, Entry } from '../timeline/entry.ts'
import { record } from '../timeline/store.ts'
import { policyForm, policyOf, SEAT_WORDS, type SeatWord } from '../severity/form.ts'
import { savePolicy, saveSeat } from '../severity/store.ts'
import { type FieldChange, isSame, type PlannedChange } from './changes.ts'
import type { Environment, PlanDeps } from './deps.ts'
import { type Draft, makeDraft, type Planned } from './draft.ts'
import { isListSection, LIST_SECTIONS } from './form.ts'
import { sealedFields, targetOf } from './nouns.ts'
import { isPrivate, type By } from './scope.ts'
import { adopt, lockConfiguration, retire, saveChannel, saveOrganisation } from './store.ts'

/** `applied`: what is stored is now what the file says. With `strict`, findings refuse it. */
export type Applied = Planned & { applied: boolean; refusedBecause: 'findings' | null }

/** Who manages what a file has made; shown where it would be edited. */
const MANAGED_BY = 'file'

/**
 * Makes what is stored what the file says, whole or not at all. Applying a file a second time
 * writes nothing. For who leads a team, a file is about what belongs to it.
 * @throws FileRefused with every mistake and its place; Problem where it is not theirs to change
 */
export async function apply(
  tx: Tx,
  { actor, who }: By,
  text: string,
  env: Environment,
  options: { strict: boolean },
  deps: PlanDeps,
): Promise<Applied> {
  await lockConfiguration(tx)
  const draft = await makeDraft(tx, text, env, deps, who)
  const { changes, findings, paging } = shownTo(who, draft)
  if (options.strict && findings.length > 0) {
    return { changes, findings, paging, applied: false, refusedBecause: 'findings' }
  }
  await carryOut(tx, actor, draft, MANAGED_BY, deps)
  return { changes, findings, paging, applied: true, refusedBecause: null }
}

/** What a plan tells, without what somebody may not see. */
export function shownTo(who: Principal, draft: Draft): Planned {
  const { changes, stored, directory } = draft
  const findings = withoutHidden(draft.findings, [stored.directory, directory], who)
  const seen = new Set(
    [stored.directory, directory].flatMap((one) =>
      [...seenBy(one, who).services.values()].map((service) => service.slug),
    ),
  )
  return { changes, findings, paging: draft.paging.filter((one) => seen.has(one.service)) }
}

/**
 * Writes a draft, with its entries in the log.
 * @param managedBy who manages what changes from now on; null: whoever edits it
 */
export async function carryOut(
  tx: Tx,
  actor: Actor,
  draft: Draft,
  managedBy: string | null,
  deps: Pick<PlanDeps, 'makeId'>,
): Promise<void> {
  const { changes } = draft
  await write(tx, draft, actor, managedBy)
  if (changes.length === 0) return
  await record(
    tx,
    changes.map((change) => entryOf(change, draft, actor, tx.now)),
  )
  await recordAudit(tx, {
    id: deps.makeId(tx.now),
    actor,
    action: 'configuration.applied',
    objectKind: 'configuration',
    objectId: null,
    detail: {
      managedBy,
      changes: changes.map(({ section, id, action, fields }, index) => ({
        section,
        id,
        action,
        // A file of thousands of changes is named in full, and told field by field as far as one reads.
        fields: index < CHANGES_TOLD ? shownFields(section, fields) : [],
      })),
    },
  })
}

/** What goes, goes first, so that its name, key or address is free; then what others refer to. */
async function write(tx: Tx, draft: Draft, actor: Actor, managedBy: string | null): Promise<void> {
  const { nouns, removed, adopted, changes } = draft
  for (const section of LIST_SECTIONS) {
    if (section === 'sources') await retireSources(tx, removed.sources)
    else await retire(tx, section, removed[section])
  }
  await saveCalendars(tx, nouns.calendars, managedBy)
  await savePeople(tx, nouns.people, managedBy)
  await saveTeams(tx, nouns.teams, managedBy)
  await saveSchedules(tx, nouns.schedules, managedBy)
  await saveRefreshed(tx, draft)
  await saveLadders(tx, nouns.escalations, managedBy)
  await saveServices(tx, nouns.services, managedBy)
  await saveSources(tx, nouns.sources, managedBy)
  await saveRoutes(tx, nouns.routes, managedBy)
  await saveMetricsSources(tx, nouns.metrics, managedBy)
  await saveObjectives(tx, nouns.objectives, managedBy)
  if (managedBy !== null)
    for (const section of LIST_SECTIONS) await adopt(tx, section, adopted[section], managedBy)
  if (changes.some((change) => change.section === 'organisation')) {
    const { name, fallback } = draft.whole.organisation
    await saveOrganisation(tx, { name, fallback: fallback.map((one) => targetOf(one, draft.idOf)) })
  }
  if (changes.some((change) => change.section === 'sign_in'))
    await saveSignIn(tx, signInSettings(draft), managedBy)
  if (changes.some((change) => change.section === 'policy')) await writePolicy(tx, draft, actor)
  for (const change of changes)
    if (change.section === 'channels') await writeChannel(tx, change, draft)
}

/** Whoever manages a schedule manages it still when only the days of its calendar have changed. */
async function saveRefreshed(tx: Tx, { nouns, stored }: Draft): Promise<void> {
  const managers = new Map(stored.identities.map((one) => [one.id, one.managedBy]))
  const groups = groupBy(nouns.refreshed, (one) => managers.get(one.id) ?? null)
  for (const [managedBy, schedules] of groups) await saveSchedules(tx, schedules, managedBy)
}

/** A new version where the framework itself is another; incidents keep the one they began with. */
async function writePolicy(tx: Tx, { whole, stored, nounFacts, idOf }: Draft, actor: Actor) {
  const { bind, ...form } = whole.policy
  if (!isSame(form, policyForm(stored.policy))) {
    const by = actor.kind === 'person' ? actor.id : null
    await savePolicy(tx, { id: nounFacts.makeId(), policy: policyOf(form), by })
  }
  for (const [word, seat] of Object.entries(SEAT_WORDS)) {
    const target = bind[word as SeatWord]
    await saveSeat(tx, seat, target === null ? null : targetOf(target, idOf))
  }
}

function signInSettings({ whole, stored, nounFacts }: Draft): SignInSettings {
  const { oidc, local, totp } = whole.sign_in
  if (oidc === null) return { oidc, local, totp }
  const secret = oidc.client_secret?.hidden ?? null
  const known = stored.signIn.oidc?.clientSecret ?? undefined
  return {
    oidc: {
      issuer: oidc.issuer,
      clientId: oidc.client_id,
      clientSecret: secret === null ? null : nounFacts.seal(secret, known),
      scopes: oidc.scopes,
      groupsClaim: oidc.groups_claim,
      roles: oidc.roles,
      teams: oidc.teams,
      createPeople: oidc.create_people,
      label: oidc.label,
    },
    local,
    totp,
  }
}

async function writeChannel(
  tx: Tx,
  { id: kind, action }: PlannedChange,
  draft: Draft,
): Promise<void> {
  if (action === 'remove') return saveChannel(tx, kind, null, MANAGED_BY)
  const described = draft.nounFacts.descriptions.find((one) => one.kind === kind)?.settings ?? []
  const known = draft.stored.channels.find((one) => one.kind === kind)?.settings ?? {}
  const settings = sealedFields(draft.whole.channels[kind] ?? {}, known, described, draft.nounFacts)
  await saveChannel(tx, kind, settings, MANAGED_BY)
}

function entryOf(change: PlannedChange, draft: Draft, actor: Actor, now: number): Entry {
  const { section, id: slug, action, fields } = change
  const id = idOfChange(change, draft)
  return {
    subject: { kind: 'configuration', id },
    happenedAt: now,
    actor,
    kind: 'configured',
    rule: 'plan.apply',
    inputs: { section, id: slug },
    result: { action, fields: forEverybody(shownFields(section, fields), draft) },
    undo: null,
    groupId: null,
    serviceId: section === 'services' ? id : null,
    ...audienceOf(change, draft, id),
    drillId: null,
  }
}

/** What is private, before or after, is told to those only who may see it. */
function audienceOf(
  { section, id: slug, fields }: PlannedChange,
  { before, whole, stored, idOf }: Draft,
  id: Id,
): Pick<Entry, 'teamId' | 'visibility'> {
  const teamId = section === 'teams' ? id : null
  if (section !== 'services' && section !== 'sources' && section !== 'routes')
    return { teamId, visibility: 'everyone' }
  // The order of routes names those of others.
  const hasPrivate = [before, whole].some((of) => of.services.some((one) => one.private))
  if (hasPrivate && fields.some((field) => field.path === 'order'))
    return { teamId: null, visibility: 'team' }
  for (const of of [whole, before]) {
    const form = (of[section] as { id: string }[]).find((one) => one.id === slug)
    if (!form || !isPrivate(section, form, of)) continue
    const { service } = form as { service?: string }
    const owner = of.services.find((one) => one.id === (section === 'services' ? slug : service))
    const team = owner?.team ?? null
    const known = stored.identities.find(
      (one) => one.section === 'teams' && one.slug === team && one.isLive,
    )
    return { teamId: team === null ? null : (known?.id ?? idOf('teams', team)), visibility: 'team' }
  }
  return { teamId, visibility: 'everyone' }
}

/** What depends on something private may be told to everybody, what it depends on may not. */
function forEverybody(fields: readonly FieldChange[], { before, whole }: Draft): FieldChange[] {
  const hidden = new Set(
    [before, whole].flatMap((of) => of.services.flatMap((one) => (one.private ? [one.id] : []))),
  )
  const without = (value: unknown): unknown =>
    Array.isArray(value) ? value.filter((one) => !hidden.has(one)) : value
  return fields.map((field) =>
    field.path === 'depends_on'
      ? { ...field, from: without(field.from), to: without(field.to) }
      : field,
  )
}

const CHANGES_TOLD = 200

const shownFields = (section: string, fields: readonly FieldChange[]): readonly FieldChange[] =>
  section === 'people' ? fields.map(withoutAddress) : fields

/** The log is for everybody and for ever: how to reach a person is neither. */
function withoutAddress(field: FieldChange): FieldChange {
  if (!/^(email|contacts)\b/.test(field.path)) return field
  const hidden = (value: unknown) => (value === null ? null : '…')
  return { path: field.path, from: hidden(field.from), to: hidden(field.to) }
}

/** The organisation, channels, signing in and the policy have no id of their own. */
function idOfChange({ section, id: slug, action }: PlannedChange, draft: Draft): Id {
  if (!isListSection(section)) return ORGANISATION_ID
  if (action !== 'remove') return draft.idOf(section, slug)
  const known = draft.stored.identities.find(
    (one) => one.section === section && one.slug === slug && one.isLive,
  )
  return known?.id ?? ORGANISATION_ID
}
