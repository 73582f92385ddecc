// What this browser remembers: the language and the person's name in cookies, which the server reads by itself. The name lies in localStorage too, from where it is told to a server that has no cookie of it.

const KEY = "mask-loop.name";

export default function ({ data, setStateValue }) {
  if (data.cookie) document.cookie = data.cookie;
  const kept = localStorage.getItem(KEY) ?? "";
  if (data.name) {
    const name = encodeURIComponent(data.name);
    document.cookie = `${data.name_cookie}=${name}; path=/; max-age=31536000; SameSite=Lax`;
    if (data.name !== kept) localStorage.setItem(KEY, data.name);
  } else if (kept) {
    setStateValue("name", kept);
  }
}
