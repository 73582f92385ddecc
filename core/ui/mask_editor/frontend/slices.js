/** Going through a stack with the wheel. */

const SLICE_WHEEL = 60;
/** One slice at a time, however many events a turn of the wheel gives. */
const SLICE_PAUSE_MS = 150;

/** Alt and the wheel go to the slice before or after. @param {Editor} editor */
function listenToSlices(editor) {
  let turned = 0;
  let last = 0;
  editor.root.addEventListener(
    "wheel",
    (event) => {
      if (!event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      turned += event.deltaY * (event.deltaMode === 1 ? 18 : 1);
      if (Math.abs(turned) < SLICE_WHEEL || event.timeStamp - last < SLICE_PAUSE_MS) return;
      editor.run(turned > 0 ? "slice_next" : "slice_previous");
      turned = 0;
      last = event.timeStamp;
    },
    { capture: true, passive: false },
  );
}
