@echo off
rem Starts the program; needs no network and no administrator.
chcp 65001 >nul
setlocal enabledelayedexpansion
cd /d "%~dp0"
set /p wanted=<python-version
set "python="
for %%c in ("py -%wanted%" "python" "python3") do (
  if not defined python (
    for /f "delims=" %%v in ('%%~c -c "import sys; print('%%d.%%d' %% sys.version_info[:2])" 2^>nul') do (
      if "%%v"=="%wanted%" set "python=%%~c"
    )
  )
)
if not defined python (
  echo 需要 Python %wanted%。请安装后再运行（安装时选择“仅为我安装”，不需要管理员权限）。
  echo Python %wanted% is needed; install it for yourself only, without administrator rights, and run this again.
  pause
  exit /b 1
)
set /p version=<version
set "made="
if exist env\made-for set /p made=<env\made-for
if not "!made!"=="%CD% %version%" (
  echo 正在准备，约一分钟…… Preparing, about a minute ...
  if exist env rmdir /s /q env
  %python% -m venv env || goto failed
  env\Scripts\python -m pip install --quiet --no-index --find-links wheels --requirement program\requirements.txt || goto failed
  >env\made-for echo %CD% %version%
)
set "data=%CD%\data"
cd program
start "" cmd /c "timeout /t 8 >nul & start http://localhost:8501"
..\env\Scripts\python -m deploy.start --data "%data%" %*
exit /b %errorlevel%
:failed
echo 准备失败，请把以上内容发给维护人员。 Preparing failed; please send the lines above to whoever maintains this.
pause
exit /b 1
