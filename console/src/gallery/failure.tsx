import type { GalleryError } from "./gallery-api.ts";
import { words } from "./gallery-messages.ts";

export function Failure({ error, retry }: { error: GalleryError; retry: () => void }) {
  return (
    <div role="alert" className="notice">
      <p>{error.status === 0 ? words.failed : error.message}</p>
      <button type="button" onClick={retry}>
        {words.retry}
      </button>
    </div>
  );
}
