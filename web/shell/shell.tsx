import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { Suspense } from 'react'
import type { IncidentShown } from '../../src/contract/incidents.ts'
import type { AlertShown, MeShown } from '../../src/contract/views.ts'
import { ApiError, get, post } from '../api.ts'
import { useOutdated } from '../installed.ts'
import { useLive } from '../live.ts'
import { forgetAnswers, isToday, useAsOf } from '../offline.ts'
import { SignInPage } from '../pages/door.tsx'
import { paths } from '../paths.ts'
import { Skeleton } from '../ui/more.tsx'
import { Toasts } from '../ui/toast.tsx'
import { clock } from '../ui/parts.tsx'
import { when } from '../ui/time.ts'
import { words } from '../words/en.ts'
import { useActions, useKeys } from './actions.ts'
import { Declaring } from './declaring.tsx'
import { useLook } from './look.ts'
import { Palette } from './palette.tsx'
import { Shortcuts } from './shortcuts.tsx'

const RAIL = [
  { to: paths.home, label: words.nav.home, key: 'h' },
  { to: paths.incidents, label: words.nav.incidents, key: 'i' },
  { to: paths.alerts, label: words.nav.alerts, key: 'a' },
  { to: paths.oncall, label: words.nav.onCall, key: 'o' },
  { to: paths.services, label: words.nav.services, key: 's' },
  { to: paths.reliability, label: words.nav.reliability, key: 'r' },
] as const
const DOORS: readonly string[] = [paths.signIn, paths.setup, paths.welcome]

export const useMe = () =>
  useQuery({ queryKey: ['me'], queryFn: () => get<MeShown>('/me'), retry: false })

export function Shell() {
  const me = useMe()
  const path = useRouterState({ select: (state) => state.location.pathname })
  if (DOORS.includes(path)) return <Page />
  if (me.error instanceof ApiError && me.error.status === 401) return <SignInPage />
  if (!me.data)
    return <div className="p-6 max-w-xl">{me.error ? me.error.message : <Skeleton />}</div>
  return <SignedIn me={me.data} />
}

const Page = () => (
  <Suspense fallback={<Skeleton rows={6} />}>
    <Outlet />
  </Suspense>
)

function SignedIn({ me }: { me: MeShown }) {
  useKeys()
  useMovement()
  return (
    <div className="min-h-dvh md:grid md:grid-cols-[13rem_minmax(0,1fr)]">
      <a
        href="#page"
        className="sr-only focus:not-sr-only focus:fixed focus:z-50 focus:m-2 focus:bg-panel focus:px-4 focus:py-2 focus:rounded-md"
      >
        {words.nav.skip}
      </a>
      <Rail me={me} />
      <div className="min-w-0">
        <Strips me={me} />
        <main id="page" tabIndex={-1} className="p-4 md:p-6 pb-28 md:pb-16 outline-none">
          <Page />
        </main>
      </div>
      <Toasts />
      <Palette />
      <Declaring />
      <Shortcuts />
    </div>
  )
}

const ITEM =
  'flex items-center gap-2 px-1.5 text-[12.5px] md:px-3 md:text-[length:inherit] min-h-9 rounded-md text-mute hover:text-text aria-[current=page]:bg-raise aria-[current=page]:text-text whitespace-nowrap'

function Rail({ me }: { me: MeShown }) {
  return (
    <nav
      aria-label={words.nav.main}
      className="fixed z-30 bottom-0 inset-x-0 bg-bg border-t border-line flex justify-around gap-0.5 px-1 py-1.5 md:static md:border-t-0 md:border-r md:flex-col md:justify-start md:gap-1 md:p-3 md:sticky md:top-0 md:h-dvh"
    >
      <span className="hidden md:flex items-center gap-2 font-semibold px-3 pt-1 pb-4">
        <span aria-hidden="true" className="w-2.5 h-2.5 rounded-full bg-done" /> Allclear
      </span>
      {RAIL.map(({ to, label }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: to === paths.home, includeSearch: false }}
          className={to === paths.services ? `${ITEM} hidden md:flex` : ITEM}
        >
          {label}
        </Link>
      ))}
      <Link to={paths.settings} className={`${ITEM} hidden md:flex md:mt-auto`}>
        {words.nav.settings}
      </Link>
      <Link to={paths.me} className={ITEM}>
        <span className="truncate hidden md:inline">{me.person?.name ?? words.nav.me}</span>
        <span className="md:hidden">{words.nav.me}</span>
      </Link>
      <span className="hidden md:block">
        <Look />
      </span>
    </nav>
  )
}

export function Look() {
  const { theme, density, set } = useLook()
  const small = 'bg-bg border border-line rounded-md px-1.5 min-h-7 text-[12.5px] text-mute w-full'
  return (
    <div className="grid gap-1.5 px-3 pt-3 mt-2 border-t border-line">
      <select
        aria-label={words.look.theme}
        className={small}
        value={theme}
        onChange={(event) => set('theme', event.target.value)}
      >
        <option value="system">{words.look.system}</option>
        <option value="dark">{words.look.dark}</option>
        <option value="light">{words.look.light}</option>
      </select>
      <select
        aria-label={words.look.density}
        className={small}
        value={density}
        onChange={(event) => set('density', event.target.value)}
      >
        <option value="comfortable">{words.look.comfortable}</option>
        <option value="compact">{words.look.compact}</option>
      </select>
      <button
        type="button"
        className="text-left text-mute text-[12.5px] min-h-7 underline decoration-dotted underline-offset-4"
        onClick={signOut}
      >
        {words.nav.signOut}
      </button>
    </div>
  )
}

/** Where the provider has a page to sign out of, too: there. */
const signOut = (): void =>
  void post<{ next: string | null }>('/logout').then(async ({ next }) => {
    await forgetAnswers()
    location.assign(next ?? '/')
  })

/** What concerns everybody, above every page. */
function Strips({ me }: { me: MeShown }) {
  const live = useLive()
  const asOf = useAsOf()
  const isOutdated = useOutdated()
  const open = useQuery({
    queryKey: ['live', 'unanswered'],
    queryFn: () => get<{ alerts: AlertShown[] }>('/alerts?status=firing'),
  })
  const incidents = useQuery({
    queryKey: ['live', 'incidents', 'live'],
    queryFn: () => get<{ incidents: IncidentShown[] }>('/incidents?limit=200&status=live'),
  })
  const major = (incidents.data?.incidents ?? []).filter(
    (one) => one.kind === 'normal' && (one.severity?.level ?? 4) <= 2,
  )
  const critical = (open.data?.alerts ?? []).filter(
    (one) =>
      one.severity === 'critical' &&
      one.urgency === 'high' &&
      one.suppressedBy === null &&
      !one.drill,
  )
  return (
    <section aria-label={words.strip.label} className={asOf === null ? '' : 'sticky top-0 z-20'}>
      {me.paused ? (
        <p role="alert" className="bg-error text-bg px-5 py-2 font-semibold">
          {words.strip.paused}
        </p>
      ) : null}
      {major.slice(0, 3).map((one) => (
        <Link
          key={one.id}
          to="/incidents/$name"
          params={{ name: one.name }}
          className="flex flex-wrap gap-x-2 bg-strip text-white px-5 py-1.5 text-[13px] font-semibold"
        >
          <span>
            {words.strip.live(one.severity?.name ?? '', one.name)} · {one.title}
          </span>
          <span className="font-normal md:ml-auto">
            {one.commander ? words.strip.commands(one.commander.name) : words.strip.nobody}
          </span>
        </Link>
      ))}
      {critical.length > 0 && major.length === 0 ? (
        <Link
          to={paths.alerts}
          className="block bg-strip text-white px-5 py-1.5 text-[13px] font-semibold"
        >
          {words.strip.critical(critical.length)}
        </Link>
      ) : null}
      {asOf === null ? null : (
        <p role="status" className="bg-warning text-bg px-5 py-1.5 font-semibold">
          {words.strip.offline(isToday(asOf) ? clock(asOf) : when(asOf))}
        </p>
      )}
      {live.isConnected || asOf !== null ? null : (
        <p role="status" className="bg-raise text-mute px-5 py-1.5">
          {words.strip.reconnecting(clock(new Date(live.lastAt).toISOString()))}
        </p>
      )}
      {isOutdated ? (
        <p role="status" className="bg-raise px-5 py-1.5">
          {words.strip.newBuild}{' '}
          <button
            type="button"
            className="underline underline-offset-4"
            onClick={() => location.reload()}
          >
            {words.strip.reload}
          </button>
        </p>
      ) : null}
    </section>
  )
}

/** `G` and a letter goes there. */
function useMovement(): void {
  const navigate = useNavigate()
  const { theme, set } = useLook()
  useActions([
    ...RAIL.map(({ to, label, key }) => ({
      id: `go-${key}`,
      label,
      keys: `g ${key}`,
      run: () => void navigate({ to }),
    })),
    { id: 'go-me', label: words.nav.me, keys: 'g m', run: () => void navigate({ to: paths.me }) },
    {
      id: 'go-security',
      label: words.nav.security,
      run: () => void navigate({ to: paths.security }),
    },
    {
      id: 'go-settings',
      label: words.nav.settings,
      keys: 'g ,',
      run: () => void navigate({ to: paths.settings }),
    },
    {
      id: 'theme',
      label: `${words.look.theme}: ${theme === 'dark' ? words.look.light : words.look.dark}`,
      run: () => set('theme', theme === 'dark' ? 'light' : 'dark'),
    },
    { id: 'sign-out', label: words.nav.signOut, run: signOut },
  ])
}
