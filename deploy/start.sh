#!/bin/sh
# 双击或运行本文件即可启动；不需要网络和管理员权限。 Starts the program; needs no network and no administrator.
set -eu
cd "$(dirname "$0")"
wanted="$(cat python-version)"
python=""
for candidate in "python$wanted" python3 python; do
  if command -v "$candidate" >/dev/null 2>&1 &&
    [ "$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])')" = "$wanted" ]; then
    python="$candidate"
    break
  fi
done
if [ -z "$python" ]; then
  echo "需要 Python $wanted（含 venv）。请安装后再运行。 Python $wanted with venv is needed; install it and run this again." >&2
  exit 1
fi
# Made anew after an upgrade or where the folder was moved: a venv holds its own path.
if [ "$(cat env/made-for 2>/dev/null || true)" != "$PWD $(cat version)" ]; then
  echo "正在准备，约一分钟…… Preparing, about a minute …"
  rm -rf env
  "$python" -m venv env
  env/bin/python -m pip install --quiet --no-index --find-links wheels --requirement program/requirements.txt
  printf '%s' "$PWD $(cat version)" >env/made-for
fi
data="$PWD/data"
cd program
exec ../env/bin/python -m deploy.start --data "$data" "$@"
