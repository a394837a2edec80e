import { Tabs } from '../ui/tabs.tsx'

/** What pages are made of: from what breaks to how it comes in. */
export const ConfigTabs = () => (
  <Tabs
    label="Services and what belongs to them"
    tabs={[
      { to: '/services', label: 'Services' },
      { to: '/escalations', label: 'Escalations' },
      { to: '/sources', label: 'Sources' },
      { to: '/routes', label: 'Routes' },
    ]}
  />
)

export const SettingsTabs = () => (
  <Tabs
    label="Settings"
    tabs={[
      { to: '/settings', label: 'Channels' },
      { to: '/policy', label: 'Policy' },
      { to: '/people', label: 'People' },
      { to: '/teams', label: 'Teams' },
      { to: '/audit', label: 'Audit' },
      { to: '/doctor', label: 'What is not ready' },
    ]}
  />
)
