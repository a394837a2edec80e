import { Link } from '@tanstack/react-router'

/** Pages that belong together, each with an address of its own. */
export const Tabs = ({
  label,
  tabs,
}: {
  label: string
  tabs: readonly { to: string; label: string }[]
}) => (
  <nav aria-label={label} className="flex gap-1 border-b border-line overflow-x-auto">
    {tabs.map((one) => (
      <Link
        key={one.to}
        to={one.to}
        activeOptions={{ includeSearch: false }}
        className="px-3 py-2 whitespace-nowrap text-mute border-b-2 border-transparent hover:text-text aria-[current=page]:text-text aria-[current=page]:border-open"
      >
        {one.label}
      </Link>
    ))}
  </nav>
)
