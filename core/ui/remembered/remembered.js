// A name that this browser remembers: told to the server at the start, kept when the person gives another one.

const KEY = "mask-loop.name";

export default function ({ data, setStateValue }) {
  const kept = localStorage.getItem(KEY) ?? "";
  if (data.name) {
    if (data.name !== kept) localStorage.setItem(KEY, data.name);
  } else if (kept) {
    setStateValue("name", kept);
  }
}
