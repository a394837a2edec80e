/** Which page stands at which address. Pages are fetched when they are opened. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Link,
  type RouteComponent,
} from '@tanstack/react-router'
import { readFilters } from './alerts/filters.ts'
import { SetupPage, SignInPage, WelcomePage } from './pages/door.tsx'
import { Shell } from './shell/shell.tsx'
import { words } from './words/en.ts'

const root = createRootRoute({
  component: Shell,
  notFoundComponent: () => (
    <p className="text-mute">
      {words.nothingHere}{' '}
      <Link to="/" className="underline">
        {words.nav.home}
      </Link>
    </p>
  ),
})

const page = (path: string, component: RouteComponent) =>
  createRoute({ getParentRoute: () => root, path, component })

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

export const router = createRouter({
  routeTree: root.addChildren([
    page(
      '/',
      lazyRouteComponent(() => import('./pages/home.tsx'), 'HomePage'),
    ),
    createRoute({
      getParentRoute: () => root,
      path: '/incidents',
      component: lazyRouteComponent(() => import('./pages/incidents.tsx'), 'IncidentsPage'),
      validateSearch: (search: Record<string, unknown>): { status?: string } => ({
        status: text(search.status),
      }),
    }),
    createRoute({
      getParentRoute: () => root,
      path: '/incidents/$name',
      component: lazyRouteComponent(() => import('./pages/incident.tsx'), 'IncidentPage'),
      validateSearch: (search: Record<string, unknown>): { tab?: string } => ({
        tab: text(search.tab),
      }),
    }),
    createRoute({
      getParentRoute: () => root,
      path: '/alerts',
      component: lazyRouteComponent(() => import('./pages/alerts.tsx'), 'AlertsPage'),
      validateSearch: readFilters,
    }),
    page(
      '/alerts/$name',
      lazyRouteComponent(() => import('./pages/alert.tsx'), 'AlertPage'),
    ),
    page(
      '/on-call',
      lazyRouteComponent(() => import('./pages/on-call.tsx'), 'OnCallPage'),
    ),
    page(
      '/on-call/$slug',
      lazyRouteComponent(() => import('./pages/schedule.tsx'), 'SchedulePage'),
    ),
    page(
      '/calendars',
      lazyRouteComponent(() => import('./pages/calendars.tsx'), 'CalendarsPage'),
    ),
    page(
      '/who',
      lazyRouteComponent(() => import('./pages/who.tsx'), 'WhoPage'),
    ),
    page(
      '/load',
      lazyRouteComponent(() => import('./pages/load.tsx'), 'LoadPage'),
    ),
    page(
      '/me',
      lazyRouteComponent(() => import('./pages/me.tsx'), 'MinePage'),
    ),
    page(
      '/me/security',
      lazyRouteComponent(() => import('./pages/security.tsx'), 'SecurityPage'),
    ),
    page(
      '/services',
      lazyRouteComponent(() => import('./pages/services.tsx'), 'ServicesPage'),
    ),
    page(
      '/services/$slug',
      lazyRouteComponent(() => import('./pages/services.tsx'), 'ServicePage'),
    ),
    page(
      '/reliability',
      lazyRouteComponent(() => import('./pages/reliability.tsx'), 'ReliabilityPage'),
    ),
    page(
      '/reliability/$slug',
      lazyRouteComponent(() => import('./pages/objective.tsx'), 'ObjectivePage'),
    ),
    page(
      '/escalations',
      lazyRouteComponent(() => import('./pages/escalations.tsx'), 'EscalationsPage'),
    ),
    page(
      '/routes',
      lazyRouteComponent(() => import('./pages/routing.tsx'), 'RoutesPage'),
    ),
    page(
      '/sources',
      lazyRouteComponent(() => import('./pages/sources.tsx'), 'SourcesPage'),
    ),
    page(
      '/people',
      lazyRouteComponent(() => import('./pages/people.tsx'), 'PeoplePage'),
    ),
    page(
      '/teams',
      lazyRouteComponent(() => import('./pages/people.tsx'), 'TeamsPage'),
    ),
    page(
      '/doctor',
      lazyRouteComponent(() => import('./pages/people.tsx'), 'DoctorPage'),
    ),
    createRoute({
      getParentRoute: () => root,
      path: '/audit',
      component: lazyRouteComponent(() => import('./pages/audit.tsx'), 'AuditPage'),
      validateSearch: (
        search: Record<string, unknown>,
      ): { person?: string; object?: string; action?: string; from?: string; to?: string } => ({
        person: text(search.person),
        object: text(search.object),
        action: text(search.action),
        from: text(search.from),
        to: text(search.to),
      }),
    }),
    createRoute({
      getParentRoute: () => root,
      path: '/silences',
      component: lazyRouteComponent(() => import('./pages/silences.tsx'), 'SilencesPage'),
      validateSearch: (search: Record<string, unknown>): { matchers?: string } => ({
        matchers: text(search.matchers),
      }),
    }),
    page(
      '/policy',
      lazyRouteComponent(() => import('./pages/policy.tsx'), 'PolicyPage'),
    ),
    page(
      '/settings',
      lazyRouteComponent(() => import('./pages/settings.tsx'), 'SettingsPage'),
    ),
    page(
      '/dev/phone',
      lazyRouteComponent(() => import('./pages/phone.tsx'), 'PhonePage'),
    ),
    page(
      '/dev/gallery',
      lazyRouteComponent(() => import('./pages/gallery.tsx'), 'GalleryPage'),
    ),
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
