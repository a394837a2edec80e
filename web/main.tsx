import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import {
  createRootRoute,
  createRoute,
  createRouter,
  Link,
  Outlet,
  RouterProvider,
  useRouterState,
} from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import type { MeShown } from '../src/contract/views.ts'
import { ApiError, get, post } from './api.ts'
import { useLive } from './live.ts'
import { AlertPage } from './pages/alert.tsx'
import { AlertsPage } from './pages/alerts.tsx'
import { SetupPage, SignInPage, WelcomePage } from './pages/door.tsx'
import { LoadPage } from './pages/load.tsx'
import { MinePage } from './pages/me.tsx'
import { OnCallPage } from './pages/on-call.tsx'
import { PhonePage, SettingsPage, SilencesPage, SourcesPage } from './pages/others.tsx'
import { SchedulePage } from './pages/schedule.tsx'
import { WhoPage } from './pages/who.tsx'
import { paths } from './paths.ts'
import './style.css'

const RAIL = [
  { to: '/', label: 'Alerts' },
  { to: '/on-call', label: 'On-call' },
  { to: '/silences', label: 'Silences' },
  { to: '/sources', label: 'Sources' },
] as const

function Shell() {
  const me = useQuery({ queryKey: ['me'], queryFn: () => get<MeShown>('/me'), retry: false })
  const path = useRouterState({ select: (state) => state.location.pathname })
  const isDoor = [paths.signIn, paths.setup, paths.welcome].some((one) => one === path)
  if (isDoor) return <Outlet />
  if (me.error instanceof ApiError && me.error.status === 401) return <SignInPage />
  if (!me.data) return <p className="p-6 text-mute">{me.error ? me.error.message : 'Loading…'}</p>
  return <SignedIn me={me.data} />
}

function SignedIn({ me }: { me: MeShown }) {
  const live = useLive()
  const item =
    'px-3 py-1.5 rounded-md text-mute hover:text-text aria-[current=page]:bg-raise aria-[current=page]:text-text whitespace-nowrap'
  return (
    <div className="min-h-dvh md:grid md:grid-cols-[13rem_minmax(0,1fr)]">
      <nav
        aria-label="Main"
        className="flex md:flex-col gap-1 p-3 border-b md:border-b-0 md:border-r border-line overflow-x-auto md:sticky md:top-0 md:h-dvh"
      >
        <span className="hidden md:flex items-center gap-2 font-semibold px-3 pt-1 pb-4">
          <span aria-hidden="true" className="w-2.5 h-2.5 rounded-full bg-done" /> Allclear
        </span>
        {RAIL.map(({ to, label }) => (
          <Link
            key={to}
            to={to}
            activeOptions={{ exact: to === '/', includeSearch: false }}
            className={item}
          >
            {label}
          </Link>
        ))}
        {me.role === 'admin' ? (
          <Link to="/settings" className={`${item} md:mt-auto`}>
            Settings
          </Link>
        ) : null}
        <button
          type="button"
          className={`${item} text-left ${me.role === 'admin' ? '' : 'md:mt-auto'}`}
          onClick={() => void post('/logout').then(() => location.assign('/'))}
        >
          Sign out
          <span className="hidden md:block text-[12.5px]">{me.person?.name ?? 'API token'}</span>
        </button>
      </nav>
      <div className="min-w-0">
        {me.paused ? (
          <p role="alert" className="bg-error text-bg px-5 py-2 font-semibold">
            Restored from a backup: nothing is sent until somebody resumes. Run: npx allclear resume
          </p>
        ) : null}
        {live.isConnected ? null : (
          <p role="status" className="bg-raise text-mute px-5 py-1.5">
            Reconnecting, last heard {new Date(live.lastAt).toLocaleTimeString()}
          </p>
        )}
        {me.onCall.length > 0 ? (
          <p className="px-5 pt-3 text-mute text-[12.5px]">
            You are on call: {me.onCall.map((one) => one.schedule?.name).join(', ')}.
          </p>
        ) : null}
        <main className="p-5 pb-16">
          <Outlet />
        </main>
      </div>
    </div>
  )
}

function Mine() {
  const me = useQuery({ queryKey: ['me'], queryFn: () => get<MeShown>('/me'), retry: false })
  return <MinePage personId={me.data?.person?.id ?? null} />
}

const root = createRootRoute({
  component: Shell,
  notFoundComponent: () => (
    <p className="text-mute">
      There is nothing at this address.{' '}
      <Link to="/" className="underline">
        Alerts
      </Link>
    </p>
  ),
})
const page = (path: string, component: () => React.JSX.Element) =>
  createRoute({ getParentRoute: () => root, path, component })
const router = createRouter({
  routeTree: root.addChildren([
    createRoute({
      getParentRoute: () => root,
      path: '/',
      component: AlertsPage,
      validateSearch: (search: Record<string, unknown>): { status?: string; q?: string } => ({
        status: typeof search.status === 'string' ? search.status : undefined,
        q: typeof search.q === 'string' && search.q !== '' ? search.q : undefined,
      }),
    }),
    page('/alerts/$name', AlertPage),
    page('/on-call', OnCallPage),
    page('/on-call/$slug', SchedulePage),
    page('/who', WhoPage),
    page('/load', LoadPage),
    page('/me', Mine),
    page('/sources', SourcesPage),
    page('/silences', SilencesPage),
    page('/settings', SettingsPage),
    page('/dev/phone', PhonePage),
    page('/sign-in', SignInPage),
    page('/setup', SetupPage),
    page('/welcome', WelcomePage),
  ]),
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

const client = new QueryClient({ defaultOptions: { queries: { staleTime: 2_000, retry: 1 } } })
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
