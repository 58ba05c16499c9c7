import { messages } from "./messages.ts";
import { chooseTheme, themes } from "./theme.ts";

const words = messages.palette.actions;

/** What can be done from the palette: it leads to a place, or it is done at once. */
export interface PaletteAction {
  readonly text: string;
  readonly to?: string;
  readonly act?: () => void;
}

interface Acts {
  readonly help: () => void;
  readonly signOut: () => void;
}

export function paletteActions({ help, signOut }: Acts): readonly PaletteAction[] {
  return [
    { text: words.create, to: "/repositories/create" },
    { text: words.cache, to: "/pull-through/create" },
    { text: words.compare, to: "/compare" },
    { text: words.simulate, to: "/access?tab=simulator" },
    { text: words.calculate, to: "/costs?tab=calculator" },
    ...themes.map((theme) => ({
      text: words.theme(messages.navigation.themes[theme]),
      act: () => chooseTheme(theme),
    })),
    { text: messages.shortcuts.title, act: help },
    { text: messages.navigation.signOut, act: signOut },
  ];
}
