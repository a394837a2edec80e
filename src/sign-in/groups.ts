/**
 * What somebody's groups at the provider mean here. Asked at every sign-in, so that a group that is
 * taken away there takes its rights away here.
 */
import type { Role } from '../people/person.ts'
import type { OidcSettings } from './settings.ts'

const RANK: Readonly<Record<Role, number>> = { stakeholder: 0, responder: 1, admin: 2 }

export const isAbove = (one: Role, other: Role): boolean => RANK[one] > RANK[other]

export const lowerOf = (one: Role, other: Role): Role => (isAbove(one, other) ? other : one)

const GROUPS_MAX = 1_000

/** A list of names, or one name; anything else is no groups. */
export function groupsIn(claim: unknown): string[] {
  const all = Array.isArray(claim) ? claim : [claim]
  return all.filter((one): one is string => typeof one === 'string').slice(0, GROUPS_MAX)
}

/** Null: the provider says nothing about roles. Whoever is in none of the groups looks on. */
export function roleFor(groups: readonly string[], roles: OidcSettings['roles']): Role | null {
  if (Object.keys(roles).length === 0) return null
  return groups
    .flatMap((group) => (Object.hasOwn(roles, group) ? [roles[group] as Role] : []))
    .reduce<Role>((best, role) => (isAbove(role, best) ? role : best), 'stakeholder')
}

/** Teams, by slug, that somebody is in, and those that they are not in though the provider speaks of them. */
export function teamsFor(
  groups: readonly string[],
  teams: OidcSettings['teams'],
): { joined: string[]; left: string[] } {
  const joined = new Set(
    groups.flatMap((group) => (Object.hasOwn(teams, group) ? [teams[group] as string] : [])),
  )
  const left = new Set(Object.values(teams).filter((team) => !joined.has(team)))
  return { joined: [...joined], left: [...left] }
}
