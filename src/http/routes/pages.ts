import { z } from '@hono/zod-openapi'
import { refusal } from '../../access/can.ts'
import { ActedView, Id, PageView, ReceiptView } from '../../contract/views.ts'
import type { Tx } from '../../db/tx.ts'
import type { Directory } from '../../directory/directory.ts'
import { act } from '../../engine/act.ts'
import { engineTx } from '../../engine/store-sql.ts'
import { toIso } from '../../lib/instant.ts'
import { notFound } from '../../lib/problem.ts'
import { findPage, listPagedOf, listPagesOfPerson } from '../../notify/read.ts'
import { firstStartedAt, receiptText } from '../../notify/receipt.ts'
import type { HttpDeps } from '../deps.ts'
import { personName, personRef, toPageView } from '../present.ts'
import { type Caller, type Route, route } from '../route.ts'
import { toActedView } from './alerts.ts'

const PageKey = z.object({ id: Id })

async function visiblePage(tx: Tx, caller: Caller, id: string) {
  const page = await findPage(tx, id)
  if (!page) throw notFound('page')
  const paged = await listPagedOf(tx, [page.groupId])
  const pagedIds = paged.get(page.groupId) ?? []
  if (refusal(caller.who, 'read', { ...page, pagedIds }) === 'unseen') throw notFound('page')
  return page
}

async function receiptOf(tx: Tx, deps: HttpDeps, directory: Directory, caller: Caller, id: string) {
  const page = await visiblePage(tx, caller, id)
  const [group] = await engineTx(tx, deps.directoryAt).peek({
    kind: 'group',
    by: 'id',
    values: [page.groupId],
  })
  if (!group) throw notFound('page')
  const service =
    page.serviceId === null ? null : (directory.services.get(page.serviceId)?.name ?? null)
  const person = directory.people.get(page.personId)
  const isAnswered = page.status === 'acknowledged'
  const acknowledgedAt = isAnswered ? page.closedAt : null
  const acknowledgedBy = isAnswered ? (group.acknowledgedBy ?? null) : null
  const started = firstStartedAt(page.attempts)
  const text = receiptText(page, {
    title: group.title,
    severity: group.severity,
    service,
    alertOpenedAt: group.openedAt,
    person: person?.name ?? 'somebody who is gone',
    contactOf: (contactId) =>
      person?.contacts.find((one) => one.id === contactId)?.slug ?? 'a contact that is gone',
    acknowledgedBy: acknowledgedBy && personName(directory, acknowledgedBy),
    acknowledgedAt,
  })
  return {
    page: toPageView(page, directory),
    alert: {
      title: group.title,
      severity: group.severity,
      service,
      openedAt: toIso(group.openedAt),
    },
    decided: { at: toIso(page.openedAt), rule: 'escalation.decide', why: page.via },
    acknowledgedAt: acknowledgedAt === null ? null : toIso(acknowledgedAt),
    acknowledgedBy: personRef(directory, acknowledgedBy),
    secondsToFirstAttempt: started === null ? null : (started - page.openedAt) / 1_000,
    secondsToAnswer: acknowledgedAt === null ? null : (acknowledgedAt - page.openedAt) / 1_000,
    text,
  }
}

export const pageRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/pages',
    summary: 'My pages, newest first',
    policy: { needs: 'read' },
    reply: z.object({ pages: z.array(PageView) }).openapi('PageList'),
    handle: ({ read, caller }) =>
      read(async (tx, directory) => {
        const pages =
          caller.who.personId === null ? [] : await listPagesOfPerson(tx, caller.who.personId, 100)
        return { body: { pages: pages.map((page) => toPageView(page, directory)) } }
      }),
  }),
  route({
    method: 'get',
    path: '/api/v1/pages/{id}/receipt',
    summary: 'The receipt of a page',
    policy: { needs: 'read' },
    params: PageKey,
    reply: ReceiptView,
    handle: ({ read, params, caller, deps }) =>
      read(async (tx, _seen, directory) => ({
        body: await receiptOf(tx, deps, directory, caller, params.id),
      })),
  }),
  route({
    method: 'get',
    path: '/api/v1/pages/{id}/receipt.txt',
    summary: 'The receipt of a page as a text to keep',
    policy: { needs: 'read' },
    params: PageKey,
    reply: null,
    handle: ({ read, params, caller, deps }) =>
      read(async (tx, _seen, directory) => ({
        text: (await receiptOf(tx, deps, directory, caller, params.id)).text,
        headers: {
          'content-type': 'text/plain; charset=utf-8',
          'content-disposition': `attachment; filename="receipt-${params.id}.txt"`,
        },
      })),
  }),
  ...(['acknowledge', 'not-mine'] as const).map((word) =>
    route({
      method: 'post',
      path: `/api/v1/pages/{id}/${word}`,
      summary: word === 'acknowledge' ? 'I have it: stop paging' : 'Not mine: page somebody else',
      policy: { needs: 'respond' },
      params: PageKey,
      reply: ActedView,
      handle: async ({ read, params, caller, deps, requestId }) => {
        const directory = await read(async (tx, found) => {
          await visiblePage(tx, caller, params.id)
          return found
        })
        const verb = word === 'acknowledge' ? 'acknowledge' : 'notMine'
        const acted = await act(
          deps,
          { actor: caller.actor, who: caller.who, requestId },
          { verb, pageId: params.id },
        )
        return { body: toActedView(acted, (id) => personName(directory, id), caller.timezone) }
      },
    }),
  ),
]
