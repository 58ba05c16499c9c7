import AppLayout from "@cloudscape-design/components/app-layout";
import Flashbar from "@cloudscape-design/components/flashbar";
import Modal from "@cloudscape-design/components/modal";
import SideNavigation, {
  type SideNavigationProps,
} from "@cloudscape-design/components/side-navigation";
import TopNavigation from "@cloudscape-design/components/top-navigation";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { currentRegion, setRegion } from "./api/call.ts";
import { signOut } from "./api/session.ts";
import { useMendedNavigation } from "./components/mend-navigation.ts";
import { LiveEvents } from "./live-events.tsx";
import { messages } from "./messages.ts";
import { useNotices } from "./notices.tsx";
import { SignInForm } from "./pages/sign-in/sign-in-form.tsx";
import { Palette } from "./palette.tsx";
import type { places as allPlaces, Group } from "./routes.tsx";
import { useSession, useWelcome } from "./session-context.tsx";
import { chooseTheme, currentTheme, type Theme, themes } from "./theme.ts";

const groups: readonly Group[] = ["images", "distribution", "governance"];
const base = "/console";

/** What stands around every page. */
export function Shell({ places, children }: { places: typeof allPlaces; children: ReactNode }) {
  const { items } = useNotices();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const [isOpen, setOpen] = useState(() => matchMedia("(min-width: 912px)").matches);
  const [isSearching, setSearching] = useState(false);
  useMendedNavigation();
  return (
    <>
      <LiveEvents />
      <Palette {...{ places, isOpen: isSearching, setOpen: setSearching }} />
      <div id="top">
        <Top search={() => setSearching(true)} />
      </div>
      <AppLayout
        headerSelector="#top"
        toolsHide
        navigationOpen={isOpen}
        onNavigationChange={({ detail }) => setOpen(detail.open)}
        navigation={
          <SideNavigation
            activeHref={activeOf(places, pathname)}
            header={{ href: `${base}/`, text: messages.product }}
            items={navigationItems(places)}
            onFollow={(event) => {
              if (event.detail.external === true) return;
              event.preventDefault();
              navigate(event.detail.href.slice(base.length) || "/");
            }}
          />
        }
        notifications={<Flashbar items={[...items]} />}
        content={children}
      />
      <SessionEnd />
    </>
  );
}

function Top({ search }: { search: () => void }) {
  const session = useSession();
  const { regions } = useWelcome();
  const queries = useQueryClient();
  const { fail } = useNotices();
  const [theme, setTheme] = useState(currentTheme);
  const [region, showRegion] = useState(currentRegion);
  const who = session.kind === "in" ? session.who : undefined;
  const chooseRegion = (next: string) => {
    setRegion(next);
    sessionStorage.setItem("entrepot-region", next);
    showRegion(next);
    void queries.resetQueries();
  };
  return (
    <TopNavigation
      identity={{
        href: `${base}/`,
        logo: { src: `${base}/wordmark.svg`, alt: messages.product },
      }}
      utilities={[
        {
          ...{ type: "button", iconName: "search", text: messages.navigation.palette },
          ...{ ariaLabel: `${messages.navigation.palette} (Ctrl+K)`, onClick: search },
        },
        {
          type: "menu-dropdown",
          text: messages.navigation.themes[theme],
          ariaLabel: `${messages.navigation.theme}: ${messages.navigation.themes[theme]}`,
          items: themes.map((id) => ({ id, text: messages.navigation.themes[id] })),
          onItemClick: ({ detail }) => {
            chooseTheme(detail.id as Theme);
            setTheme(detail.id as Theme);
          },
        },
        {
          type: "menu-dropdown",
          text: region,
          ariaLabel: `${messages.navigation.region}: ${region}`,
          items: regions.map((id) => ({ id, text: id })),
          onItemClick: ({ detail }) => chooseRegion(detail.id),
        },
        {
          type: "menu-dropdown",
          text: who === undefined ? "" : who.account,
          description: who?.arn ?? "",
          iconName: "user-profile",
          ariaLabel: `${messages.navigation.account}: ${who?.account ?? ""}`,
          items: [{ id: "sign-out", text: messages.navigation.signOut }],
          onItemClick: () => void signOut().then(() => queries.clear(), fail),
        },
      ]}
    />
  );
}

/** Somebody else's session ended it, or twelve hours are over: what was typed in stays behind it. */
function SessionEnd() {
  const session = useSession();
  return (
    <Modal
      visible={session.kind === "ended"}
      header={messages.signIn.endedTitle}
      onDismiss={() => undefined}
    >
      {session.kind === "ended" && <SignInForm text={messages.signIn.endedText} />}
    </Modal>
  );
}

function navigationItems(places: typeof allPlaces): SideNavigationProps.Item[] {
  const linksOf = (wanted: Group) =>
    places.flatMap(({ path, navigation }) =>
      navigation?.group === wanted
        ? [{ type: "link", text: navigation.text, href: `${base}${path}` } as const]
        : [],
    );
  const sections = groups.flatMap((group) => {
    const items = linksOf(group);
    if (items.length === 0) return [];
    return [{ type: "section", text: messages.navigation[group as "images"], items } as const];
  });
  return [...linksOf(""), ...sections, ...linksOf("settings")];
}

/** The entry that a place stands under: repositories and images under theirs. */
function activeOf(places: typeof allPlaces, pathname: string): string {
  if (pathname.startsWith("/r/")) return `${base}/repositories`;
  const above = places
    .filter(({ navigation, path }) => navigation !== undefined && isAt(path, pathname))
    .map(({ path }) => path)
    .sort((a, b) => b.length - a.length);
  return `${base}${above[0] ?? ""}`;
}

function isAt(path: string, pathname: string): boolean {
  return path === "/" ? pathname === "/" : pathname === path || pathname.startsWith(`${path}/`);
}

/** The title of the page, in the browser's tab too. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} – ${messages.product}`;
  }, [title]);
}
