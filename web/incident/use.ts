/** One incident, and doing something to it: what comes of it is on every open page at once. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { IncidentDetailShown, OwedShown } from '../../src/contract/incidents.ts'
import type { ActedShown } from '../../src/contract/views.ts'
import { get, post } from '../api.ts'
import { clock } from '../ui/parts.tsx'
import { when } from '../ui/time.ts'

export type { IncidentDetailShown as Incident, OwedShown as Owed }

export const useIncident = (name: string) =>
  useQuery({
    queryKey: ['live', 'incident', name],
    queryFn: () => get<IncidentDetailShown>(`/incidents/${encodeURIComponent(name)}`),
    refetchInterval: 20_000,
  })

export type Asked = { path: string; body?: unknown }

export function useDo(name: string, onDone?: () => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ path, body }: Asked) =>
      post<ActedShown>(`/incidents/${encodeURIComponent(name)}/${path}`, body),
    onSuccess: onDone,
    onSettled: () => client.invalidateQueries({ queryKey: ['live'] }),
  })
}

export const ROLES: Readonly<Record<string, string>> = {
  commander: 'Commander',
  technicalLead: 'Technical lead',
  communicationsLead: 'Communications',
  scribe: 'Scribe',
  deputy: 'Deputy',
  owner: 'Owner',
}

/** What a role does, and what it does first. */
export const DUTIES: Readonly<Record<string, readonly [string, string, string]>> = {
  commander: ['Confirm the impact', 'Name a technical lead', 'See that the first message goes out'],
  technicalLead: [
    'Say what you try first',
    'Look at the last change',
    'Say what speaks against it',
  ],
  communicationsLead: [
    'Write the first message',
    'Promise when the next one comes',
    'Collect what people ask',
  ],
  scribe: [
    'Write down who decided what',
    'Ask for the time of each step',
    'Keep the open questions',
  ],
  deputy: ['Watch the clocks', 'Take what the commander hands on', 'Relieve the commander in time'],
  owner: ['Say what it takes', 'Do it in its time', 'Say when it is done'],
}

export const isOver = (incident: Pick<IncidentDetailShown, 'status'>): boolean =>
  ['resolved', 'closed', 'canceled', 'merged'].includes(incident.status)

export const holderOf = (incident: IncidentDetailShown, role: string) =>
  incident.roles.find((one) => one.role === role && one.to === null)?.person ?? null

/** By the clock, and with the day where it is not of these hours. */
export const dueShown = ({ startedAt, due }: Pick<OwedShown, 'startedAt' | 'due'>): string =>
  Date.parse(due) - Date.parse(startedAt) < 12 * 3_600_000 ? clock(due).slice(0, 5) : when(due)

/** Open ones by their time, then what was missed, then what was kept. */
export function inOrderOfNeed(owed: readonly OwedShown[]): OwedShown[] {
  const rank = (one: OwedShown): number => ({ open: 0, missed: 1 })[one.outcome as string] ?? 2
  return owed.toSorted((a, b) => rank(a) - rank(b) || (a.due < b.due ? -1 : 1))
}
