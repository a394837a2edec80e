/**
 * The configuration as one person may see it. What is private (a service, the sources, routes and
 * maintenance windows that lead to it, and the silences of its team) is not there for those it is
 * not for; nobody who shows a list has to think of it.
 */
import { type Principal, refusal } from '../access/can.ts'
import type { Id } from '../lib/id.ts'
import type { Service } from '../services/service.ts'
import type { Directory } from './directory.ts'

export const isServiceSeen = (
  who: Principal,
  service: Pick<Service, 'teamId' | 'isPrivate'>,
): boolean =>
  refusal(who, 'read', {
    teamId: service.teamId,
    visibility: service.isPrivate ? 'team' : 'everyone',
  }) !== 'unseen'

const hiddenServices = (directory: Directory, who: Principal): Set<Id> =>
  new Set(
    [...directory.services.values()].flatMap((one) => (isServiceSeen(who, one) ? [] : [one.id])),
  )

export function seenBy(directory: Directory, who: Principal): Directory {
  const hidden = hiddenServices(directory, who)
  if (hidden.size === 0) return directory
  const teams = new Set([...hidden].flatMap((id) => directory.services.get(id)?.teamId ?? []))
  const leadsThere = (one: { serviceId: Id | null }): boolean =>
    one.serviceId !== null && hidden.has(one.serviceId)
  return {
    ...directory,
    services: new Map(
      [...directory.services].flatMap(([id, one]): [Id, Service][] =>
        hidden.has(id)
          ? []
          : [[id, { ...one, dependsOn: one.dependsOn.filter((other) => !hidden.has(other)) }]],
      ),
    ),
    sources: new Map([...directory.sources].filter(([, one]) => !leadsThere(one))),
    routes: directory.routes.filter((one) => !leadsThere(one)),
    // A silence is made from the labels of what it mutes.
    silences: directory.silences.filter((one) => one.teamId === null || !teams.has(one.teamId)),
    maintenances: directory.maintenances.filter(
      (one) => !one.serviceIds.some((id) => hidden.has(id)),
    ),
  }
}

/**
 * Sentences over the whole configuration, without those that name what somebody may not see.
 * @param directories in which to look for names: before and after a change, for example
 */
export function withoutHidden<Told extends { sentence: string; wayOut: string }>(
  told: readonly Told[],
  directories: readonly Directory[],
  who: Principal,
): Told[] {
  const names = new Set(directories.flatMap((one) => hiddenNames(one, who)))
  if (names.size === 0) return [...told]
  return told.filter(({ sentence, wayOut }) => {
    const text = `${sentence} ${wayOut}`
    return ![...names].some((name) => text.includes(name))
  })
}

export function hiddenNames(directory: Directory, who: Principal): string[] {
  const seen = seenBy(directory, who)
  if (seen === directory) return []
  const routes = new Set(seen.routes.map((one) => one.id))
  const gone = [
    ...[...directory.services.values()].filter((one) => !seen.services.has(one.id)),
    ...[...directory.sources.values()].filter((one) => !seen.sources.has(one.id)),
  ]
  return [
    ...gone.flatMap((one) => [one.slug, one.name]),
    ...directory.routes.filter((one) => !routes.has(one.id)).map((one) => one.slug),
  ]
}

/** Whether what is written down about a team could tell of something private. */
export const hasPrivate = (directory: Directory, teamId: Id | null): boolean =>
  teamId !== null &&
  [...directory.services.values()].some((one) => one.isPrivate && one.teamId === teamId)
