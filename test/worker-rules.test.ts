/** What the service worker keeps, and what it never touches. */
import { expect, test } from 'vitest'
import { isTooOld, isUnreachable, KEPT_MS_MAX, oldShells, whatToDo } from '../web/worker/rules.ts'

const ORIGIN = 'https://pager.example.com'
const what = (path: string, method = 'GET', mode = 'cors') =>
  whatToDo({ method, mode, url: new URL(path, ORIGIN), origin: ORIGIN })

test.each([
  '/api/v1/me',
  '/api/v1/owed',
  '/api/v1/alerts?status=open',
  '/api/v1/alerts/A-12',
  '/api/v1/schedules',
  '/api/v1/schedules/payments',
  '/api/v1/incidents?status=open',
  '/api/v1/incidents/INC-3',
  '/api/v1/who?service=shop',
])('the last answer to %s is kept', (path) => expect(what(path)).toBe('answer'))

test.each([
  '/api/v1/me/sessions',
  '/api/v1/me/tokens',
  '/api/v1/people/me/contacts',
  '/api/v1/config/people/ana',
  '/api/v1/alerts/A-12/receipt',
  '/api/v1/alerts?status=all&q=salary',
  '/api/v1/events',
  '/api/v1/export',
  '/api/v1/channels',
  '/api/v1/push-key',
  '/p/01a208cf.token',
  '/metrics',
])('the answer to %s is not', (path) => expect(what(path)).toBe('leave'))

test('what changes something goes to the server and nowhere else', () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH'])
    expect(what('/api/v1/alerts/A-1/acknowledge', method)).toBe('leave')
  expect(what('/api/v1/alerts', 'HEAD')).toBe('leave')
  expect(what('https://elsewhere.example.com/api/v1/me')).toBe('leave')
})

test.each(['login', 'login/totp', 'logout', 'setup', 'invitations/accept'])(
  'after %s nothing is kept of before',
  (path) => expect(what(`/api/v1/${path}`, 'POST')).toBe('forget'),
)

test('nor after the way through a provider', () => {
  expect(what('/sign-in/oidc', 'GET', 'navigate')).toBe('forget')
  expect(what('/sign-in/oidc/callback?code=x', 'GET', 'navigate')).toBe('forget')
})

test('addresses of the app are the app; links of pages and machines’ doors are not', () => {
  const opened = (path: string) => what(path, 'GET', 'navigate')
  for (const path of ['/', '/alerts', '/alerts/A-1', '/sign-in', '/pages-of-mine', '/incidents'])
    expect([path, opened(path)]).toEqual([path, 'page'])
  for (const path of [
    '/p/token',
    '/api/v1/me',
    '/hooks/x',
    '/v2/enqueue',
    '/in/x/y',
    '/cal/x',
    '/health/deep',
  ])
    expect([path, opened(path)]).toEqual([path, 'leave'])
  expect(what('/assets/index-abc.js')).toBe('file')
})

test('an error page of a proxy is no answer of ours; our own word that we are busy is one', () => {
  expect(isUnreachable(502, 'text/html')).toBe(true)
  expect(isUnreachable(504, null)).toBe(true)
  expect(isUnreachable(503, 'application/json')).toBe(false)
  expect(isUnreachable(503, 'application/problem+json; charset=utf-8')).toBe(false)
  expect(isUnreachable(500, 'text/html')).toBe(false)
})

test('what is older than a session can be is not shown, nor what has no time', () => {
  const now = Date.UTC(2026, 10, 23)
  expect(isTooOld(new Date(now - KEPT_MS_MAX + 1_000).toISOString(), now)).toBe(false)
  expect(isTooOld(new Date(now - KEPT_MS_MAX - 1_000).toISOString(), now)).toBe(true)
  expect(isTooOld(null, now)).toBe(true)
})

test('of the builds before, the last one stays for tabs that still run it', () => {
  const names = ['answers', 'shell a', 'shell b', 'shell c', 'shell d']
  expect(oldShells(names, 'shell d')).toEqual(['shell a', 'shell b'])
  expect(oldShells(['shell a'], 'shell a')).toEqual([])
})
