@echo off
rem Starts Longhaul from a clone of its repository by a double-click. At the first start it makes
rem the environment .venv beside this folder, before your eyes. On Linux and macOS: longhaul.sh.
setlocal
set "root=%~dp0.."
set "venv=%root%\.venv"
set PIP_DISABLE_PIP_VERSION_CHECK=1
fc /b "%venv%\longhaul-needs" "%root%\pyproject.toml" >nul 2>&1 && goto start
echo Setting up Longhaul in %venv%. This happens once and takes some minutes.
echo 1 of 2  Making an environment
py -3 -m venv "%venv%" || (echo Python 3.11 or newer is needed: https://www.python.org/ & goto failed)
echo 2 of 2  Fetching Longhaul, the parts of its page and its window
"%venv%\Scripts\python" -m pip install -e "%root%[window]" || goto failed
copy /y "%root%\pyproject.toml" "%venv%\longhaul-needs" >nul
echo Done. To have Longhaul in your start menu: "%venv%\Scripts\longhaul" install-launcher
:start
"%venv%\Scripts\python" -P -m desktop %*
if not errorlevel 1 exit /b 0
:failed
echo Longhaul did not start; what is said above tells why.
pause
exit /b 1
