/**
 * What all stores' places have in common, so that whoever keeps one can tell where its object is. A
 * place of the archive begins with the word `archive`. While an object is on its way to the other
 * storage class, its place is `<where it is>><where its copy will be>`.
 */

/** STANDARD and ARCHIVE of ECR's images: usual storage, and one where keeping is cheap. */
export type StorageClass = "standard" | "archive";

const onItsWay = ">";

/** The class that the object is in now. */
export function storageClassOf(place: string): StorageClass {
  return place.startsWith("archive") ? "archive" : "standard";
}

/** Where the object is now. */
export function placeNow(place: string): string {
  const [now = ""] = place.split(onItsWay, 1);
  return now;
}

/** Where its copy will be, or may be already; `undefined` when it is not on its way. */
export function plannedPlace(place: string): string | undefined {
  const now = placeNow(place);
  return now.length === place.length ? undefined : place.slice(now.length + onItsWay.length);
}

/** The place of an object that is on its way. */
export function placeOnItsWay(place: string, planned: string): string {
  return placeNow(place) + onItsWay + planned;
}
