/** Where somebody was. Kept by this page alone: who comes next on this machine learns nothing of it. */
export interface RecentPlace {
  readonly text: string;
  readonly to: string;
}

const mostKept = 5;
let places: readonly RecentPlace[] = [];

export function recentPlaces(): readonly RecentPlace[] {
  return places;
}

export function rememberPlace(place: RecentPlace): void {
  places = [place, ...places.filter((each) => !isSame(each, place))].slice(0, mostKept);
}

export function forgetPlaces(): void {
  places = [];
}

/** A page of another tab, or one whose name was not known yet. */
function isSame(one: RecentPlace, other: RecentPlace): boolean {
  return one.text === other.text || one.to === other.to;
}
